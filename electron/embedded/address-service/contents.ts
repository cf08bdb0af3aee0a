import { createHash } from 'node:crypto'
import type { ReplicaReport } from '../../../shared/model/directory.ts'
import type { Entity } from '../../../shared/model/entity.ts'
import type { Place, Position } from '../../../shared/model/position.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { EntityKey } from '../../wire/address-operations.ts'
import type { Row, Statement } from '../../wire/object-operations.ts'
import type { Directory } from './directory.ts'
import { entityColumns, entityStatements, toEntity } from './entity-rows.ts'
import { strangeRecords } from './records.ts'
import type { Store } from './store.ts'

/** Before every entity, and behind every one. */
export const firstKey: EntityKey = ['', '']
export const endKey: EntityKey = ['~', '']

const pageSize = 1000
/** Characters of the rows in one answer, but for a single larger one. */
const largestPage = 1_500_000

/** Rows from `from` on, in the order of their keys, before `to`; a page at a time. */
async function page(store: Store, from: EntityKey, to: EntityKey): Promise<Row[]> {
  return await store.query(
    `SELECT ${entityColumns} FROM (
       SELECT ${entityColumns}, sum(200 + length(coalesce(members, ''))) OVER (ORDER BY kind, id) AS size,
         row_number() OVER (ORDER BY kind, id) AS place FROM (
         SELECT ${entityColumns} FROM entity WHERE (kind, id) >= (?, ?) AND (kind, id) < (?, ?)
         ORDER BY kind, id LIMIT ?))
     WHERE size <= ? OR place = 1 ORDER BY kind, id`,
    [...from, ...to, pageSize, largestPage],
  )
}

/** The key that follows `row` directly. */
const after = (row: Row): EntityKey => [String(row.kind), `${row.id}\u0000`]

async function readRows(store: Store, from: EntityKey, to: EntityKey): Promise<Row[]> {
  const rows: Row[] = []
  for (let next = from; ; ) {
    const found = await page(store, next, to)
    const last = found.at(-1)
    if (last === undefined) return rows
    rows.push(...found)
    next = after(last)
  }
}

/** Rows of one digest: what is sent where anything in it differs. */
const digestRows = 32

/**
 * Where the digests of a part begin and end: the key of every 32nd row from `from` on, for `digests` of them at most. The last
 * one is where the next part begins, or `endKey`.
 */
export async function readBounds(store: Store, from: EntityKey, digests: number): Promise<EntityKey[]> {
  const rows = await store.query(
    `SELECT kind, id FROM (
       SELECT kind, id, row_number() OVER (ORDER BY kind, id) - 1 AS place FROM (
         SELECT kind, id FROM entity WHERE (kind, id) >= (?, ?) ORDER BY kind, id LIMIT ?))
     WHERE place > 0 AND place % ? = 0 ORDER BY kind, id`,
    [...from, digests * digestRows + 1, digestRows],
  )
  const keys = rows.map(({ kind, id }): EntityKey => [String(kind), String(id)])
  return keys.length === digests ? keys : [...keys, endKey]
}

/** Digests of one question; a group can be a thousand times as long as another entity. */
const digestsAtOnce = (from: EntityKey, to: EntityKey): number => (from[0] <= 'group' && to[0] >= 'group' ? 4 : 64)

/** Rows and digest of each range; the first begins at `from`. The database puts a range's rows into one text. */
export async function readDigests(store: Store, from: EntityKey, bounds: readonly EntityKey[]): Promise<string[]> {
  const ranges = bounds.map((bound, index) => [...(index === 0 ? from : (bounds[index - 1] ?? from)), ...bound])
  const digests: string[] = []
  while (digests.length < ranges.length) {
    const begin = bounds[digests.length - 1] ?? from
    const step = digestsAtOnce(begin, bounds[digests.length + 63] ?? endKey)
    const rows = await store.query(
      `SELECT (SELECT count(*) || ':' || group_concat(row, char(10)) FROM (
           SELECT json_array(${entityColumns}) AS row FROM entity
           WHERE (kind, id) >= (range.value ->> 0, range.value ->> 1) AND (kind, id) < (range.value ->> 2, range.value ->> 3)
           ORDER BY kind, id)) AS text
         FROM json_each(?) AS range ORDER BY range.key`,
      [JSON.stringify(ranges.slice(digests.length, digests.length + step))],
    )
    for (const { text } of rows) {
      const content = text === null ? '0:' : String(text)
      const hash = createHash('sha256').update(content).digest('hex')
      digests.push(`${content.slice(0, content.indexOf(':'))}:${hash.slice(0, 32)}`)
    }
    if (rows.length === 0) throw new Error('no digests')
  }
  return digests
}

/** How many rows a digest stands for. */
export const rowsOf = (digest: string): number => Number(digest.slice(0, digest.indexOf(':')))

export async function readRange(store: Store, from: EntityKey, to: EntityKey): Promise<Entity[]> {
  return (await readRows(store, from, to)).map(toEntity)
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
export async function adoptPlace(directory: Directory, { place }: { readonly place: Place }): Promise<ReplicaReport> {
  await assertReplica(directory)
  await directory.commit([], [strangeRecords(place)], { learn: place.ancestry, to: place.position })
  if (directory.pending() !== null) directory.endPending()
  const { position, ancestry } = directory.place()
  return { position, ancestry: [...ancestry], pending: false }
}

async function assertReplica(directory: Directory): Promise<void> {
  if (directory.master) throw fail('not-replica', { host: directory.host })
  await directory.settle()
}
