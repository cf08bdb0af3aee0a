import type { Socket } from 'node:net'

/** Longest line of the wire, in bytes, the line feed not counted. */
export const maxFrameBytes = 8 * 1024 * 1024

/** One message as a line of JSON. Throws a plain error when it is longer than the wire allows. */
export function encodeFrame(message: unknown): string {
  const line = `${JSON.stringify(message)}\n`
  if (Buffer.byteLength(line) > maxFrameBytes + 1) throw new Error(`message longer than ${maxFrameBytes} bytes`)
  return line
}

/**
 * Cuts what a socket receives into lines and parses each as JSON. `onGarbage` is told once, of a line that is too long
 * or no JSON object; nothing is read afterwards.
 */
export function readFrames(
  socket: Socket,
  onFrame: (message: Record<string, unknown>) => void,
  onGarbage: (reason: string) => void,
): void {
  let parts: Buffer[] = []
  let held = 0
  let ended = false

  const refuse = (reason: string): void => {
    ended = true
    parts = []
    onGarbage(reason)
  }

  const take = (line: string): void => {
    let message: unknown
    try {
      message = JSON.parse(line)
    } catch {
      refuse('not JSON')
      return
    }
    if (typeof message !== 'object' || message === null || Array.isArray(message)) refuse('not an object')
    else onFrame(message as Record<string, unknown>)
  }

  socket.on('data', (chunk: Buffer) => {
    let from = 0
    while (!ended) {
      const end = chunk.indexOf(0x0a, from)
      if (end < 0) break
      parts.push(chunk.subarray(from, end))
      const line = Buffer.concat(parts)
      parts = []
      held = 0
      from = end + 1
      if (line.length > maxFrameBytes) refuse('line too long')
      else take(line.toString('utf8'))
    }
    if (ended || from === chunk.length) return
    parts.push(chunk.subarray(from))
    held += chunk.length - from
    if (held > maxFrameBytes) refuse('line too long')
  })
}
