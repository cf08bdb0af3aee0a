import { createHash, randomBytes } from 'node:crypto'
import type { FreshSeal } from '../../ports/archive-cipher.ts'
import type { Output } from '../output.ts'
import { CHUNK, NONCE, payloadKey, sealChunk } from './payload.ts'

export type SealedOutput = Output & {
  /** Puts out the last chunk; what stands in the output then, in bytes and as SHA-256 (hex). */
  readonly finish: () => { readonly bytes: number; readonly sha256: string }
}

/** Encrypts what goes to `output`: the age header, then chunk after chunk; holds one chunk. */
export function sealedOutput(output: Output, { header, fileKey }: FreshSeal): SealedOutput {
  const nonce = randomBytes(NONCE)
  const key = payloadKey(fileKey, nonce)
  const whole = createHash('sha256')
  const room = Buffer.allocUnsafeSlow(CHUNK)
  let filled = 0
  let number = 0
  let total = 0
  const put = (bytes: Buffer) => {
    output.append(bytes)
    whole.update(bytes)
    total += bytes.length
  }
  const chunk = (last: boolean) => {
    put(sealChunk(key, number, last, room.subarray(0, filled)))
    number += 1
    filled = 0
  }
  put(Buffer.concat([header, nonce]))
  return {
    append: (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        // Only once more follows is it known that a full chunk is not the last one.
        if (filled === CHUNK) chunk(false)
        const count = bytes.copy(room, filled, at)
        filled += count
        at += count
      }
    },
    finish: () => {
      chunk(true)
      return { bytes: total, sha256: whole.digest('hex') }
    },
  }
}
