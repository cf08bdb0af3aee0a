import type { Change } from '../../../shared/model/change.ts'
import { type ChangeRange, historyOf, isPartOf, type Place } from '../../../shared/model/position.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { Statement } from '../../wire/object-operations.ts'
import type { Directory } from './directory.ts'

/** Changes that a server keeps on record after applying them, for a repair of the master (own decision). */
export const keptChanges = 100_000

/** Keeps the changes on record and drops those that are older than what is kept. */
export function recordStatements(changes: readonly Change[]): readonly Statement[] {
  const last = changes.at(-1)
  if (last === undefined) return []
  const rows = JSON.stringify(changes.map((change) => [change.number, JSON.stringify(change)]))
  return [
    {
      sql: 'INSERT OR REPLACE INTO change (number, record) SELECT value ->> 0, value ->> 1 FROM json_each(?)',
      params: [rows],
    },
    { sql: 'DELETE FROM change WHERE number <= ?', params: [last.number - keptChanges] },
  ]
}

/** Drops every record that is no part of the history of `place`, what was given up among them. */
export function strangeRecords(place: Place): Statement {
  return {
    sql: `DELETE FROM change WHERE NOT EXISTS (
      SELECT 1 FROM json_each(?) WHERE number BETWEEN value ->> 'first' AND value ->> 'last'
        AND record ->> 'timeline' = value ->> 'timeline')`,
    params: [JSON.stringify(historyOf(place))],
  }
}

/** Which changes of the history of `place` this server has not on record, of those after `after` up to `through`. */
export async function missingRecords(
  directory: Directory,
  { place, after, through }: { readonly place: Place; readonly after: number; readonly through: number },
): Promise<ChangeRange[]> {
  if (directory.master) throw fail('not-replica', { host: directory.host })
  const missing: ChangeRange[] = []
  for (const stretch of historyOf(place)) {
    const from = Math.max(stretch.first, after + 1)
    const last = Math.min(stretch.last, through)
    if (from > last) continue
    const rows = await directory.store.query(
      `SELECT before + 1 AS first, number - 1 AS last FROM (
         SELECT number, lag(number, 1, ?) OVER (ORDER BY number) AS before FROM (
           SELECT number FROM change WHERE number BETWEEN ? AND ? AND record ->> 'timeline' = ? UNION ALL SELECT ?))
       WHERE number > before + 1 ORDER BY number`,
      [from - 1, from, last, stretch.timeline, last + 1],
    )
    missing.push(...rows.map((row) => ({ first: Number(row.first), last: Number(row.last) })))
  }
  return missing
}

/**
 * Keeps changes of the history of `place` on record. The contents have nothing to do with it, nor has where this server stands.
 * Only inside the registration queue.
 */
export async function keepRecords(
  directory: Directory,
  { place, changes }: { readonly place: Place; readonly changes: readonly Change[] },
): Promise<null> {
  if (directory.master) throw fail('not-replica', { host: directory.host })
  await directory.settle()
  const history = historyOf(place)
  const strange = changes.find((change) => !isPartOf(history, change))
  if (strange !== undefined) {
    throw fail('replica-diverged', { host: directory.host, number: place.position.number, given: strange.number })
  }
  await directory.write(recordStatements(changes))
  return null
}
