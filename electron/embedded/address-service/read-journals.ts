import type { Change } from '../../../shared/model/change.ts'
import type { Domain } from '../../../shared/model/domain.ts'
import type { JournalSummary } from '../../../shared/model/journal.ts'
import type { ChangeRange, Place } from '../../../shared/model/position.ts'
import { readSource, sourceFiles } from '../../formats/journal-sources.ts'
import { createRecordPool, takeHistory } from '../../formats/replay-plan.ts'

/**
 * Records of the history of `place` with the numbers `wanted`, in order, as far as the journals hold them. `known`: what they are known
 * to hold, so that none is read for what is older than all of it; null where that cannot be told.
 */
export function readJournals(
  domain: Domain,
  { position, ancestry }: Place,
  known: readonly JournalSummary[] | null,
  wanted: readonly ChangeRange[],
): readonly Change[] {
  const oldest = known === null ? 0 : oldestOf(known, ancestry)
  const numbers = new Set<number>()
  for (const { first, last } of wanted)
    for (let number = Math.max(first, oldest); number <= Math.min(last, position.number); number += 1)
      numbers.add(number)
  if (numbers.size === 0) return []
  const pool = createRecordPool((number) => numbers.has(number))
  const sorted = [...numbers]
  const end = { position: { ...position, number: sorted.at(-1) ?? 0 }, ancestry }
  for (const file of sourceFiles(domain, [])) readSource(file, pool.add)
  return takeHistory(end, (sorted[0] ?? 0) - 1, pool).changes
}

/** No journal holds an older change. Its numbers grow, but where it goes on with a timeline begun further back. */
function oldestOf(known: readonly JournalSummary[], ancestry: Place['ancestry']): number {
  const firsts = known.flatMap(({ first, segments }) => [first, ...segments.map((segment) => segment.first)])
  return Math.min(...firsts.flatMap((one) => one?.number ?? []), ...ancestry.map(({ fork }) => fork + 1))
}
