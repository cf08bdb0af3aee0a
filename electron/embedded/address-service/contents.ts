import { createHash } from 'node:crypto'
import type { ReplicaReport } from '../../../shared/model/directory.ts'
import type { Entity } from '../../../shared/model/entity.ts'
import type { Place, Position } from '../../../shared/model/position.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { EntityKey } from '../../wire/address-operations.ts'
import type { Row, Statement } from '../../wire/object-operations.ts'
import type { Directory } from './directory.ts'
import { entityColumns, entityStatements, toEntity } from './entity-rows.ts'
import type { Store } from './store.ts'

/** Before every entity, and behind every one. */
export const firstKey: EntityKey = ['', '']
export const endKey: EntityKey = ['~', '']

const pageSize = 1000
/** Characters of the rows in one answer, but for a single larger one. */
const largestPage = 1_500_000

/** Rows from `from` on, in the order of their keys, before `to`; a page at a time. */
async function page(store: Store, from: EntityKey, to: EntityKey, limit: number): Promise<Row[]> {
  return await store.query(
    `SELECT ${entityColumns} FROM (
       SELECT ${entityColumns}, sum(200 + length(coalesce(members, ''))) OVER (ORDER BY kind, id) AS size,
         row_number() OVER (ORDER BY kind, id) AS place FROM (
         SELECT ${entityColumns} FROM entity WHERE (kind, id) >= (?, ?) AND (kind, id) < (?, ?)
         ORDER BY kind, id LIMIT ?))
     WHERE size <= ? OR place = 1 ORDER BY kind, id`,
    [...from, ...to, Math.min(limit, pageSize), largestPage],
  )
}

/** The key that follows `row` directly. */
const after = (row: Row): EntityKey => [String(row.kind), `${row.id}\u0000`]

/** Up to `limit` rows from `from` on. */
export async function readRows(store: Store, from: EntityKey, to: EntityKey, limit: number): Promise<Row[]> {
  const rows: Row[] = []
  let next = from
  while (rows.length < limit) {
    const found = await page(store, next, to, limit - rows.length)
    const last = found.at(-1)
    if (last === undefined) break
    rows.push(...found)
    next = after(last)
  }
  return rows
}

export const keyOf = (row: Row): EntityKey => [String(row.kind), String(row.id)]

export function digestOf(rows: readonly Row[]): string {
  const hash = createHash('sha256')
  for (const row of rows) {
    const { kind, id, name, organization_id, host, parent_id, members } = row
    hash.update(`${JSON.stringify([kind, id, name, organization_id, host, parent_id, members])}\n`)
  }
  return `${rows.length}:${hash.digest('hex').slice(0, 32)}`
}

const less = (one: EntityKey, other: EntityKey): boolean =>
  one[0] === other[0] ? one[1] < other[1] : one[0] < other[0]

/** The digest of each range; the first begins at `from`. */
export async function readDigests(store: Store, from: EntityKey, bounds: readonly EntityKey[]): Promise<string[]> {
  const rows = await readRows(store, from, bounds.at(-1) ?? from, Number.MAX_SAFE_INTEGER)
  let at = 0
  return bounds.map((bound) => {
    const begin = at
    for (let row = rows[at]; row !== undefined && less(keyOf(row), bound); row = rows[at]) at += 1
    return digestOf(rows.slice(begin, at))
  })
}

export async function readRange(store: Store, from: EntityKey, to: EntityKey): Promise<Entity[]> {
  return (await readRows(store, from, to, Number.MAX_SAFE_INTEGER)).map(toEntity)
}

/** Only inside the registration queue. */
export async function mendContents(
  directory: Directory,
  {
    at,
    put,
    remove,
  }: { readonly at: Position; readonly put: readonly Entity[]; readonly remove: readonly EntityKey[] },
): Promise<null> {
  await assertReplica(directory)
  const { timeline, number } = directory.position()
  if (timeline !== at.timeline || number !== at.number) {
    throw fail('replica-diverged', { host: directory.host, number, given: at.number })
  }
  const gone: Statement = {
    sql: 'DELETE FROM entity WHERE (kind, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))',
    params: [JSON.stringify([...remove, ...put.map(({ kind, id }) => [kind, id])])],
  }
  await directory.write([gone, ...entityStatements(put, [])])
  return null
}

/** Only inside the registration queue. */
export async function adoptPlace(
  directory: Directory,
  { place, keep }: { readonly place: Place; readonly keep: number },
): Promise<ReplicaReport> {
  await assertReplica(directory)
  const cut: Statement = { sql: 'DELETE FROM change WHERE number > ?', params: [keep] }
  await directory.commit([], [cut], { learn: place.ancestry, to: place.position })
  if (directory.pending() !== null) directory.endPending()
  const { position, ancestry } = directory.place()
  return { position, ancestry: [...ancestry], pending: false }
}

async function assertReplica(directory: Directory): Promise<void> {
  if (directory.master) throw fail('not-replica', { host: directory.host })
  await directory.settle()
}
