import { createHash } from 'node:crypto'
import { type MemberSink, spreadBehindMap } from './extract/member-sink.ts'
import type { Member } from './member.ts'

/** SHA-256 of a file's content as it passes in its stored form; of a sparse file, its holes as zeros. */
export type ContentHash = {
  /** False when this cannot be how such a file is stored. */
  readonly push: (stored: Buffer) => boolean
  /** Hex; to be asked once, when all has passed. */
  readonly digest: () => string
}

const ZEROS = Buffer.alloc(256 * 1024)

/** `take` gets the content on its way; `checkCancelled` is asked while the zeros of a large hole are hashed. */
export function createContentHash(
  member: Member,
  checkCancelled: () => void,
  take: MemberSink['data'] | null,
): ContentHash {
  const hash = createHash('sha256')
  let hashed = 0
  const hashZeros = (until: number) => {
    while (hashed < until) {
      checkCancelled()
      const count = Math.min(ZEROS.length, until - hashed)
      hash.update(ZEROS.subarray(0, count))
      hashed += count
    }
  }
  const put = (piece: Buffer, offset: number) => {
    hashZeros(offset)
    hash.update(piece)
    hashed += piece.length
    take?.(piece, offset)
  }
  const spread = member.stored === undefined ? null : spreadBehindMap(member.size, member.stored, put)
  return {
    push: (stored) => {
      if (spread !== null) return spread(stored)
      put(stored, hashed)
      return true
    },
    digest: () => {
      if (spread !== null) hashZeros(member.size)
      return hash.digest('hex')
    },
  }
}
