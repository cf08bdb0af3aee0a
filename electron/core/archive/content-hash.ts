import type { Hash } from 'node:crypto'
import { type MemberSink, spreadBehindMap } from './extract/member-sink.ts'
import { newSha256, sha256Hex } from './hash.ts'
import type { Member } from './member.ts'

/** SHA-256 of a file's content as it passes in its stored form; of a sparse file, its holes as zeros. */
export type ContentHash = {
  /** False when this cannot be how such a file is stored. The bytes must stay as they are until the digest is asked for or more is pushed. */
  readonly push: (stored: Buffer) => boolean
  /** Hex; to be asked once, when all has passed. */
  readonly digest: () => string
}

const NOTHING = Buffer.alloc(0)
const ZEROS = Buffer.alloc(256 * 1024)

/** `take` gets the content on its way; `checkCancelled` is asked while the zeros of a large hole are hashed. */
export function createContentHash(
  member: Member,
  checkCancelled: () => void,
  take: MemberSink['data'] | null,
): ContentHash {
  let hash: Hash | null = null
  /** All of the content, where it came in one piece: that is hashed at once, which for small files counts. */
  let whole: Buffer = NOTHING
  let hashed = 0
  const update = (piece: Buffer) => {
    hash ??= newSha256()
    hash.update(piece)
  }
  const hashZeros = (until: number) => {
    while (hashed < until) {
      checkCancelled()
      const count = Math.min(ZEROS.length, until - hashed)
      update(ZEROS.subarray(0, count))
      hashed += count
    }
  }
  const put = (piece: Buffer, offset: number) => {
    hashZeros(offset)
    if (hashed === 0 && piece.length === member.size) whole = piece
    else update(piece)
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
      return hash === null ? sha256Hex(whole) : hash.digest('hex')
    },
  }
}
