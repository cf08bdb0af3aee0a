import { readSync } from 'node:fs'
import { readFailure } from '../../ports/medium-failure.ts'
import { ENTRY, NEXT_PART, PART_NUMBERS, type PartStart } from './part.ts'

/** A frame as the seal tells of it, and the part that it belongs to. */
export type TakenFrame = {
  readonly part: number
  readonly endsPart: boolean
  readonly length: number
  readonly raw: number
  readonly sha256: Buffer
}

export type Taken = { readonly frame: TakenFrame; readonly raw: Promise<Buffer | null> }

/** The next frame of this thread's parts, already being decoded; null: no part is left. */
export type FrameQueue = { readonly next: () => Taken | null }

/**
 * Takes parts that no other thread has taken, and reads up to `most` frames ahead into buffers that are used again. `decode`
 * may use the bytes that it is given until it resolves. Throws `archive-unreadable`.
 */
export function createFrameQueue(
  { path, fd, frames, parts, control }: PartStart,
  most: number,
  decode: (frame: TakenFrame, compressed: Buffer) => Promise<Buffer | null>,
): FrameQueue {
  const table = Buffer.from(frames)
  const numbers = new Float64Array(parts)
  const words = new BigInt64Array(control)
  const rooms: Buffer[] = []
  const ahead: Taken[] = []
  let part = -1
  let frame = 0
  let end = 0
  let offset = 0

  const takePart = (): boolean => {
    part = Number(Atomics.add(words, NEXT_PART, 1n))
    const at = part * PART_NUMBERS
    frame = numbers[at] ?? 0
    end = frame + (numbers[at + 1] ?? 0)
    offset = numbers[at + 2] ?? 0
    return at < numbers.length
  }
  const readNext = () => {
    if (frame === end && !takePart()) return
    const at = frame * ENTRY
    const length = table.readUInt32LE(at)
    const raw = table.readUInt32LE(at + 4)
    const sha256 = table.subarray(at + 8, at + ENTRY)
    frame += 1
    const taken = { part, endsPart: frame === end, length, raw, sha256 }
    const found = rooms.pop()
    const room = found !== undefined && found.length >= length ? found : Buffer.allocUnsafeSlow(length + SPARE)
    const compressed = room.subarray(0, readWhole(fd, path, room, offset, length))
    offset += length
    const decoding = decode(taken, compressed).finally(() => rooms.push(room))
    // Met when its turn comes, or never when the reader stops before.
    decoding.catch(() => undefined)
    ahead.push({ frame: taken, raw: decoding })
  }
  return {
    next: () => {
      while (ahead.length <= most) {
        const before = ahead.length
        readNext()
        if (ahead.length === before) break
      }
      return ahead.shift() ?? null
    },
  }
}

/** So that frames of about one length fit into the same room. */
const SPARE = 64 * 1024

function readWhole(fd: number, path: string, room: Buffer, offset: number, length: number): number {
  let filled = 0
  try {
    while (filled < length) {
      const count = readSync(fd, room, filled, length - filled, offset + filled)
      if (count === 0) break
      filled += count
    }
  } catch (thrown) {
    throw readFailure(path, thrown)
  }
  return filled
}
