import { BLOCK, padding } from './tar-header.ts'

/** A piece of a sparse file that holds data; everything between the pieces reads as zeros. */
export type Extent = { readonly offset: number; readonly length: number }

/** Numbers in the map are decimal and end with a line feed. */
const LINE = /^(0|[1-9]\d{0,15})$/

/**
 * The map that stands before a sparse member's data (GNU's format 1.0): the number of extents, then offset and length
 * of each, a line each, filled up with zeros to a whole block. Extents are in order, do not touch, and begin and end at
 * whole blocks (but for the file's end), so that readers agree whose data is padded and whose is not. A file that
 * ends with a hole has an empty extent at its end, as GNU tar writes it.
 */
export function encodeSparseMap(extents: readonly Extent[]): Buffer {
  const lines = [extents.length, ...extents.flatMap(({ offset, length }) => [offset, length])]
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1')
  return Buffer.concat([text, Buffer.alloc(padding(text.length))])
}

/** Bytes that stand in the stream for a sparse file: its map and its data. */
export function sparseStored(extents: readonly Extent[]): number {
  return extents.reduce((sum, { length }) => sum + length, encodeSparseMap(extents).length)
}

/**
 * The map at the beginning of a sparse member's content, and the bytes that it takes; `more`: it does not end here yet;
 * null: no map of ours begins like this. `size` is the file's own size.
 */
export function parseSparseMap(
  content: Buffer,
  size: number,
): { readonly extents: readonly Extent[]; readonly length: number } | 'more' | null {
  let at = 0
  const next = (): number | 'more' | null => {
    const end = content.indexOf(0x0a, at)
    if (end < 0) return content.length - at > 16 ? null : 'more'
    const line = content.toString('latin1', at, end)
    at = end + 1
    return LINE.test(line) ? Number(line) : null
  }
  const count = next()
  if (typeof count !== 'number') return count
  // Every extent takes four bytes at the least: a count that no content can hold is not waited for.
  if (count > size / BLOCK + 2) return null
  const extents: Extent[] = []
  for (let index = 0; index < count; index += 1) {
    const offset = next()
    const length = offset === null || offset === 'more' ? offset : next()
    if (typeof offset !== 'number' || typeof length !== 'number') return length === null ? null : 'more'
    extents.push({ offset, length })
  }
  const length = at + padding(at)
  if (content.length < length) return 'more'
  const valid = isMap(extents, size) && encodeSparseMap(extents).equals(content.subarray(0, length))
  return valid ? { extents, length } : null
}

function isMap(extents: readonly Extent[], size: number): boolean {
  let end = -1
  for (const { offset, length } of extents) {
    const last = offset + length === size
    if (offset <= end || offset + length > size || (!last && (offset % BLOCK !== 0 || length % BLOCK !== 0)))
      return false
    if (length === 0 && !last) return false
    end = offset + length
  }
  return end === size
}
