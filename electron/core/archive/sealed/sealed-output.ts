import { createHash, randomBytes } from 'node:crypto'
import type { FreshSeal } from '../../ports/archive-cipher.ts'
import type { Output } from '../output.ts'
import { CHUNK, NONCE, payloadKey, sealChunk } from './payload.ts'

export type SealedOutput = Output & {
  /** Puts out the last chunk; what stands in the output then, in bytes and as SHA-256 (hex). */
  readonly finish: () => Promise<{ readonly bytes: number; readonly sha256: string }>
}

/** Encrypts what goes to `output`: the age header, then chunk after chunk; holds one chunk beside what is handed over. */
export function sealedOutput(output: Output, { header, fileKey }: FreshSeal): SealedOutput {
  const nonce = randomBytes(NONCE)
  const key = payloadKey(fileKey, nonce)
  const whole = createHash('sha256')
  const room = Buffer.allocUnsafeSlow(CHUNK)
  let filled = 0
  let number = 0
  let total = 0
  let ready: Buffer[] = []
  const put = (bytes: Buffer) => {
    ready.push(bytes)
    whole.update(bytes)
    total += bytes.length
  }
  const handOver = (): Promise<void> => {
    const pieces = ready
    ready = []
    return pieces.length === 0 ? Promise.resolve() : output.append(pieces)
  }
  const chunk = (last: boolean) => {
    put(sealChunk(key, number, last, room.subarray(0, filled)))
    number += 1
    filled = 0
  }
  put(Buffer.concat([header, nonce]))
  return {
    append: (pieces) => {
      for (const bytes of pieces)
        for (let at = 0; at < bytes.length; ) {
          // Only once more follows is it known that a full chunk is not the last one.
          if (filled === CHUNK) chunk(false)
          const count = bytes.copy(room, filled, at)
          filled += count
          at += count
        }
      return handOver()
    },
    finish: async () => {
      chunk(true)
      await handOver()
      return { bytes: total, sha256: whole.digest('hex') }
    },
  }
}
