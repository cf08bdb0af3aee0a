import type { CatalogEntry } from '../../../shared/model/catalog.ts'
import type { JournalSummary } from '../../../shared/model/journal.ts'
import type { Place } from '../../../shared/model/position.ts'
import { countingArchives, coveringArchives } from './discard-rule.ts'

/** A sealed segment, and the archives by path that count for its journal and hold everything that it tells of (design §6). */
export interface Coverage {
  readonly host: string
  readonly segment: number
  readonly archives: string[]
}

/** `line`: where the domain is; `present`: which archives stand where they were written, by sequence. */
export function coverageOf(
  journals: readonly JournalSummary[],
  line: Place,
  archives: readonly CatalogEntry[],
  present: ReadonlySet<number>,
): Coverage[] {
  return journals.flatMap(({ host, segments }) => {
    const own = archives.filter((archive) => archive.host === host)
    const counting = countingArchives(own, line, ({ sequence }) => present.has(sequence))
    return segments.map((segment) => {
      const covering = coveringArchives(segment, counting, line)
      return { host, segment: segment.id, archives: covering.map(({ path }) => path) }
    })
  })
}
