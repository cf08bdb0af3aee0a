import type { Extent } from './sparse-map.ts'
import type { SystemCalls } from './system-calls.ts'

/** Holes count in steps of this; it is a multiple of tar's blocks, and no file system keeps smaller ones. */
const STEP = 4096
/** A file in more pieces is kept as if it had no holes: its map would be larger than what it saves. */
const MAX_EXTENTS = 100_000

/**
 * Where a file holds data, as the map of a sparse member wants it; null: it has no hole worth a map. Moves the file's
 * position. Throws as Node's calls do.
 */
export function extentsOf(calls: SystemCalls, fd: number, size: number): readonly Extent[] | null {
  const extents: { offset: number; length: number }[] = []
  for (let at = 0; at < size; ) {
    const data = calls.seekData(fd, at)
    if (data === null || data >= size) break
    const offset = data - (data % STEP)
    const hole = Math.min(calls.seekHole(fd, data), size)
    const end = Math.min(Math.ceil(hole / STEP) * STEP, size)
    const last = extents.at(-1)
    if (last !== undefined && last.offset + last.length >= offset) last.length = end - last.offset
    else extents.push({ offset, length: end - offset })
    if (extents.length > MAX_EXTENTS) return null
    at = Math.max(end, hole)
  }
  const last = extents.at(-1)
  const end = last === undefined ? 0 : last.offset + last.length
  if (extents.length === 1 && last?.offset === 0 && end === size) return null
  if (end < size) extents.push({ offset: size, length: 0 })
  return extents
}
