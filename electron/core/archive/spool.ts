import { readSync } from 'node:fs'
import { mediumFailure } from '../ports/medium-failure.ts'
import { writeAll } from './output.ts'

const BUFFER = 256 * 1024

/** Bytes set aside on the medium, so that memory does not grow with the number of members. Written first, then read once. */
export type Spool = {
  readonly append: (bytes: Buffer) => void
  /** Bytes appended so far. */
  readonly size: () => number
  /** All of it, in pieces that hold good until the next one is asked for. */
  readonly read: () => Generator<Buffer>
}

/** `path` names the archive in a problem; `checkCancelled` throws once nothing may be written any more. */
export function createSpool(fd: number, path: string, checkCancelled: () => void): Spool {
  const buffer = Buffer.allocUnsafeSlow(BUFFER)
  let filled = 0
  let size = 0
  const flush = () => {
    writeAll(fd, buffer.subarray(0, filled), path, checkCancelled)
    filled = 0
  }
  return {
    append: (bytes) => {
      size += bytes.length
      for (let at = 0; at < bytes.length; ) {
        const count = bytes.copy(buffer, filled, at)
        at += count
        filled += count
        if (filled === BUFFER) flush()
      }
    },
    size: () => size,
    read: function* () {
      flush()
      for (let at = 0; at < size; ) {
        const count = readSome(fd, buffer, at, path)
        if (count === 0) throw new Error('the spool ended early')
        at += count
        yield buffer.subarray(0, count)
      }
    },
  }
}

function readSome(fd: number, buffer: Buffer, at: number, path: string): number {
  try {
    return readSync(fd, buffer, 0, buffer.length, at)
  } catch (thrown) {
    throw mediumFailure(path, thrown)
  }
}
