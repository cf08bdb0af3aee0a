import type { Change } from '../../../shared/model/change.ts'
import type { Statement } from '../../wire/object-operations.ts'
import type { Directory } from './directory.ts'

/** Statements that put changes on record, and into the queue of each of `hosts`; what is there already stays. */
export function outboxStatements(changes: readonly Change[], hosts: readonly string[]): readonly Statement[] {
  if (changes.length === 0) return []
  const rows = JSON.stringify(changes.map((change) => [change.number, JSON.stringify(change)]))
  return [
    {
      sql: 'INSERT OR REPLACE INTO change (number, record) SELECT value ->> 0, value ->> 1 FROM json_each(?)',
      params: [rows],
    },
    ...hosts.map(
      (host): Statement => ({
        sql: 'INSERT OR IGNORE INTO queue (host, number) SELECT ?, value ->> 0 FROM json_each(?)',
        params: [host, rows],
      }),
    ),
  ]
}

/**
 * Puts everything after `after` into a server's queue again: it reported less than it had before. What the outbox has dropped
 * by now is read from the journals. Only inside the registration queue.
 */
export async function requeue(directory: Directory, host: string, after: number): Promise<void> {
  const { number } = directory.position()
  const [row] = await directory.store.query('SELECT min(number) AS first FROM change WHERE number > ?', [after])
  const first = row?.first === null || row?.first === undefined ? number + 1 : Number(row.first)
  const missing = first > after + 1 ? directory.journalChanges([{ first: after + 1, last: first - 1 }]) : []
  await directory.write([
    ...outboxStatements(missing, []),
    {
      sql: 'INSERT OR IGNORE INTO queue (host, number) SELECT ?, number FROM change WHERE number > ? AND number <= ?',
      params: [host, after, number],
    },
  ])
}
