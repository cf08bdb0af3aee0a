import type { Change } from '../../../shared/model/change.ts'
import { historyOf, isPartOf } from '../../../shared/model/position.ts'
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
 * by now is read from the journals, while others register: only what is written has its turn in the registration queue, by `run`.
 */
export async function requeue(
  { directory, run }: { readonly directory: Directory; run(task: () => Promise<void>): Promise<void> },
  host: string,
  after: number,
  signal: AbortSignal,
): Promise<void> {
  const [row] = await directory.store.query('SELECT min(number) AS first FROM change WHERE number > ?', [after])
  const first = Number(row?.first ?? directory.position().number + 1)
  const dropped = first > after + 1 ? [{ first: after + 1, last: first - 1 }] : []
  for await (const page of directory.journalChanges(dropped, signal))
    await run(async () => {
      // A repair may have left the line that was read.
      const history = historyOf(directory.place())
      const own = page.filter((change) => isPartOf(history, change))
      await directory.write(outboxStatements(own, [host]))
    })
  await run(async () =>
    directory.write([
      {
        sql: 'INSERT OR IGNORE INTO queue (host, number) SELECT ?, number FROM change WHERE number > ? AND number <= ?',
        params: [host, after, directory.position().number],
      },
    ]),
  )
}
