import { closeSync, openSync, readSync } from 'node:fs'

/** Longer than any line we write (the wire's limit is 8 MiB); a longer one is no line of ours. */
const lineLimit = 16 * 1024 * 1024

export type RawLine = {
  /** Counts from 1. */
  readonly number: number
  /** Where it begins, and where the next one does, in bytes. */
  readonly offset: number
  readonly end: number
  /** Without the line feed; null where it is longer than any line of ours. */
  readonly bytes: Buffer | null
  /** False for what stands behind the last line feed. */
  readonly ended: boolean
}

/** The lines of a file in constant memory. A file that isn't there has none; other failures throw the system's error. */
export function* readLines(file: string): Generator<RawLine> {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  try {
    yield* linesOf(fd)
  } finally {
    closeSync(fd)
  }
}

function* linesOf(fd: number): Generator<RawLine> {
  const buffer = Buffer.allocUnsafe(256 * 1024)
  let pieces: Buffer[] = []
  let held = 0
  let offset = 0
  let number = 1
  const keep = (piece: Buffer): void => {
    held += piece.length
    if (held <= lineLimit) pieces.push(Buffer.from(piece))
    else pieces = []
  }
  const line = (ended: boolean): RawLine => {
    const end = offset + held + (ended ? 1 : 0)
    const made = { number, offset, end, bytes: held > lineLimit ? null : Buffer.concat(pieces), ended }
    number += 1
    offset = end
    held = 0
    pieces = []
    return made
  }
  for (;;) {
    const count = readSync(fd, buffer, 0, buffer.length, null)
    if (count === 0) break
    let from = 0
    for (;;) {
      const feed = buffer.indexOf(0x0a, from)
      if (feed < 0 || feed >= count) break
      keep(buffer.subarray(from, feed))
      from = feed + 1
      yield line(true)
    }
    keep(buffer.subarray(from, count))
  }
  if (held > 0) yield line(false)
}
