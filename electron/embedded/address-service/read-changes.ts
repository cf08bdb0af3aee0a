import { type Change, changeSchema } from '../../../shared/model/change.ts'
import type { Store } from './store.ts'

/** Changes on record, in order, the first one after `after`. */
export async function readChanges(store: Store, after: number, limit: number): Promise<Change[]> {
  const rows = await store.query(
    `SELECT record FROM (
       SELECT number, record, sum(length(record)) OVER (ORDER BY number) AS size FROM change
       WHERE number > ? ORDER BY number LIMIT ?)
     WHERE size <= 1500000 OR size = length(record) ORDER BY number`,
    [after, limit],
  )
  return rows.map((row) => changeSchema.parse(JSON.parse(String(row.record))))
}
