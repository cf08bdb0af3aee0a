import type { Member } from '../member.ts'
import { type Extent, parseSparseMap } from '../sparse-map.ts'

/** A member as a tar stream may hold it: what we write, and what only other programs write. */
export type Entry = Omit<Member, 'type'> & {
  readonly type: Member['type'] | 'fifo' | 'character' | 'block'
  /** Only of a device. */
  readonly device?: { readonly major: number; readonly minor: number }
}

/**
 * Who takes the members of a stream as they pass: `begin`, then `data` in ascending order without overlaps, then `end`.
 * What is not told of a file's content up to `size` is zeros. A member's digest is known only after all of it has
 * passed, so nothing taken may be relied on before the whole stream was found good.
 */
export type MemberSink = {
  readonly begin: (entry: Entry) => void
  readonly data: (piece: Buffer, offset: number) => void
  readonly end: () => void
}

/** Hands the stored bytes of a file on to where they belong in it; `extents` cover at least as many bytes as are pushed. */
export function spread(extents: readonly Extent[], put: MemberSink['data']): (piece: Buffer) => void {
  let index = 0
  let within = 0
  return (piece) => {
    for (let at = 0; at < piece.length; ) {
      const extent = extents[index]
      if (extent === undefined) return
      const count = Math.min(extent.length - within, piece.length - at)
      if (count > 0) put(piece.subarray(at, at + count), extent.offset + within)
      at += count
      within += count
      if (within < extent.length) continue
      index += 1
      within = 0
    }
  }
}

/**
 * Hands the stored bytes of a sparse file on to where they belong: first comes the map, then the data. Answers false as
 * soon as the map cannot be one for a file of this size that is stored in so many bytes.
 */
export function spreadBehindMap(size: number, stored: number, put: MemberSink['data']): (piece: Buffer) => boolean {
  let map: Buffer = Buffer.alloc(0)
  let behind: ((piece: Buffer) => void) | null = null
  let passed = 0
  return (piece) => {
    passed += piece.length
    if (behind !== null) {
      behind(piece)
      return true
    }
    map = Buffer.concat([map, piece])
    const parsed = parseSparseMap(map, size)
    if (parsed === 'more') return passed < stored
    if (parsed === null) return false
    if (parsed.extents.reduce((sum, { length }) => sum + length, parsed.length) !== stored) return false
    behind = spread(parsed.extents, put)
    behind(map.subarray(parsed.length))
    map = Buffer.alloc(0)
    return true
  }
}
