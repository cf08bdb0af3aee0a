import type { CatalogEntry } from '../../../shared/model/catalog.ts'
import type { Segment } from '../../../shared/model/journal.ts'
import { isAncestor, type Place, type Position } from '../../../shared/model/position.ts'

/** A sealed segment that may go, and the archives that stand for it. */
export interface Discardable {
  readonly segment: Segment
  readonly coveredBy: readonly CatalogEntry[]
}

type Positioned = CatalogEntry & { readonly position: Position }

/**
 * The archives of one server that count for its journal, newest first: verified, their database opened, still there (and
 * whatever else `isPresent` asks of them), and of the history that the domain goes on from. Newest by change number along that line and then by sequence, never by a clock.
 */
export function countingArchives(
  archives: readonly CatalogEntry[],
  line: Place,
  isPresent: (archive: CatalogEntry) => boolean,
): readonly Positioned[] {
  return archives
    .filter((archive): archive is Positioned => archive.position !== null && isAncestor(archive.position, line))
    .filter(({ verifiedAt, databaseCheckedAt }) => verifiedAt !== null && databaseCheckedAt !== null)
    .filter(isPresent)
    .sort((one, other) => other.position.number - one.position.number || other.sequence - one.sequence)
}

/** Which of these archives hold a segment's last change. */
export function coveringArchives(
  { last }: Segment,
  counting: readonly Positioned[],
  { ancestry }: Place,
): readonly CatalogEntry[] {
  return counting.filter(({ position }) => last === null || isAncestor(last, { position, ancestry }))
}

/**
 * Design §6, the only way by which a sealed segment goes: the `cover` newest counting archives of its server all hold its last
 * change. The newest segment always stays (own decision): the current journal's first record links to it.
 */
export function discardable(
  segments: readonly Segment[],
  counting: readonly Positioned[],
  line: Place,
  cover: number,
): readonly Discardable[] {
  const newest = counting.slice(0, cover)
  if (newest.length < cover) return []
  const last = Math.max(...segments.map(({ id }) => id))
  return segments
    .filter(({ id }) => id !== last)
    .map((segment) => ({ segment, coveredBy: coveringArchives(segment, newest, line) }))
    .filter(({ coveredBy }) => coveredBy.length === cover)
}
