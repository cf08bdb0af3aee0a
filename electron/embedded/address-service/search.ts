import type { Entity, locateQuerySchema, SearchResult, searchQuerySchema } from '../../../shared/model/entity.ts'
import type { z } from '../../../shared/zod.ts'
import { entityColumns, toEntity } from './entity-rows.ts'
import type { Store } from './store.ts'

type Query = z.output<typeof searchQuerySchema>

/** A list's order; the id decides between equals, so that pages neither repeat nor leave out a row. */
const columns: Readonly<Record<NonNullable<Query['sort']>['by'], string>> = {
  id: 'id COLLATE NOCASE',
  name: 'name COLLATE NOCASE',
  organization: 'organization_id COLLATE NOCASE',
  host: 'host COLLATE NOCASE',
  members: "json_array_length(coalesce(members, '[]'))",
}

function orderOf(sort: Query['sort']): string {
  if (sort === undefined) return 'id'
  return `${columns[sort.by]} ${sort.descending ? 'DESC' : 'ASC'}, id`
}

/** Any part of the name or the id, ASCII letters in either case; in the order asked for, else of the ids. */
export async function search(store: Store, query: Query): Promise<SearchResult> {
  const { where, params } = conditionsOf(query)
  const [count] = await store.query(`SELECT count(*) AS total FROM entity WHERE ${where}`, params)
  const rows = await store.query(
    `SELECT ${entityColumns} FROM entity WHERE ${where} ORDER BY ${orderOf(query.sort)} LIMIT ? OFFSET ?`,
    [...params, query.limit, query.offset],
  )
  return { rows: rows.map(toEntity), total: Number(count?.total ?? 0) }
}

/** Where typing ahead leads to in the list that `search` gives; letters in either case. */
export async function locate(store: Store, query: z.output<typeof locateQuerySchema>): Promise<number | null> {
  const { where, params } = conditionsOf(query)
  const pattern = `${likeText(query.prefix)}%`
  const [row] = await store.query(
    `SELECT place FROM
       (SELECT id, name, row_number() OVER (ORDER BY ${orderOf(query.sort)}) - 1 AS place FROM entity WHERE ${where})
      WHERE name LIKE ? ESCAPE '\\' OR id LIKE ? ESCAPE '\\'
      ORDER BY place < ?, place LIMIT 1`,
    [...params, pattern, pattern, query.from],
  )
  return row === undefined ? null : Number(row.place)
}

function likeText(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

function conditionsOf(query: Pick<Query, 'kind' | 'name' | 'organizationId' | 'parentId' | 'ids'>) {
  const conditions = ['kind = ?']
  const params: (string | number)[] = [query.kind]
  if (query.name !== undefined && query.name !== '') {
    const pattern = `%${likeText(query.name)}%`
    conditions.push("(name LIKE ? ESCAPE '\\' OR id LIKE ? ESCAPE '\\')")
    params.push(pattern, pattern)
  }
  if (query.organizationId === null) conditions.push('organization_id IS NULL')
  else if (query.organizationId !== undefined) {
    conditions.push('organization_id = ?')
    params.push(query.organizationId)
  }
  if (query.parentId === null) conditions.push('parent_id IS NULL')
  else if (query.parentId !== undefined) {
    conditions.push('parent_id = ?')
    params.push(query.parentId)
  }
  if (query.ids !== undefined) {
    conditions.push('id IN (SELECT value FROM json_each(?))')
    params.push(JSON.stringify(query.ids))
  }
  return { where: conditions.join(' AND '), params }
}

/** The user whose id is the part before the last @, in either case; the domain part isn't looked at (own decision). */
export async function findRecipient(store: Store, address: string): Promise<Entity | null> {
  const at = address.lastIndexOf('@')
  const id = at < 0 ? address : address.slice(0, at)
  const [row] = await store.query(
    `SELECT ${entityColumns} FROM entity
      WHERE kind = 'user' AND id = ? COLLATE NOCASE ORDER BY id = ? DESC LIMIT 1`,
    [id, id],
  )
  return row === undefined ? null : toEntity(row)
}
