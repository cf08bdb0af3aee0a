import type { Extent } from '../sparse-map.ts'
import { padding } from '../tar-header.ts'
import { countField, decimal } from './tar-fields.ts'

/** More extents than this no honest file of another program has; each costs memory. */
const MAX_EXTENTS = 1_000_000

/** Sparse maps of GNU tar's formats. What is no map is null. */

/** Entries of an old GNU header (four) or of a block that continues it (21); one without a length ends the list. */
export function oldEntries(block: Buffer, at: number, count: number): Extent[] | null {
  const extents: Extent[] = []
  for (let index = 0; index < count; index += 1) {
    const place = at + index * 24
    if (block[place] === 0 && block[place + 12] === 0) break
    const offset = countField(block, place, 12)
    const length = countField(block, place + 12, 12)
    if (offset === null || length === null) return null
    extents.push({ offset, length })
  }
  return extents
}

/** Formats 0.0, a pair of records an extent, and 0.1, one record with all of them. */
export function extentsOfRecords(records: readonly (readonly [key: string, value: Buffer])[]): Extent[] | null {
  const numbers: (number | null)[] = []
  for (const [key, value] of records) {
    if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') {
      const isLength = key === 'GNU.sparse.numbytes'
      if ((numbers.length % 2 === 1) !== isLength) return null
      numbers.push(decimal(value))
    }
    if (key === 'GNU.sparse.map' && value.length > 0) {
      numbers.length = 0
      for (const each of value.toString('latin1').split(',')) numbers.push(decimal(Buffer.from(each)))
    }
  }
  return pairs(numbers)
}

/** Format 1.0: the map before the data. `more`: it does not end here yet. */
export function leadingMap(
  content: Buffer,
): { readonly extents: readonly Extent[]; readonly length: number } | 'more' | null {
  const numbers: (number | null)[] = []
  let at = 0
  let wanted = 1
  while (numbers.length < wanted) {
    const end = content.indexOf(0x0a, at)
    if (end < 0) return content.length - at > 20 ? null : 'more'
    const value = decimal(content.subarray(at, end))
    if (value === null) return null
    numbers.push(value)
    if (numbers.length === 1) {
      if (value > MAX_EXTENTS) return null
      wanted = 1 + 2 * value
    }
    at = end + 1
  }
  const extents = pairs(numbers.slice(1))
  const length = at + padding(at)
  if (extents === null) return null
  return content.length < length ? 'more' : { extents, length }
}

/** Extents must be in order, apart, inside the file, and just as long as the bytes that are stored for them. */
export function fits(extents: readonly Extent[], size: number, stored: number): boolean {
  let end = 0
  let sum = 0
  for (const { offset, length } of extents) {
    if (offset < end || offset + length > size) return false
    end = offset + length
    sum += length
  }
  return sum === stored || sum + padding(sum) === stored + padding(stored)
}

function pairs(numbers: readonly (number | null)[]): Extent[] | null {
  if (numbers.length % 2 !== 0 || numbers.length > 2 * MAX_EXTENTS) return null
  const extents: Extent[] = []
  for (let at = 0; at < numbers.length; at += 2) {
    const [offset, length] = [numbers[at], numbers[at + 1]]
    if (typeof offset !== 'number' || typeof length !== 'number') return null
    extents.push({ offset, length })
  }
  return extents
}
