import type { searchQuerySchema } from '../../../shared/model/entity.ts'
import { type Entity, entitySchema, type SearchResult } from '../../../shared/model/entity.ts'
import type { z } from '../../../shared/zod.ts'
import type { Row } from '../../wire/object-operations.ts'
import type { Store } from './store.ts'

/** Any part of the name or the id, ASCII letters in either case; rows in the order of their ids. */
export async function search(store: Store, query: z.output<typeof searchQuerySchema>): Promise<SearchResult> {
  const conditions = ['kind = ?']
  const params: (string | number)[] = [query.kind]
  if (query.name !== undefined && query.name !== '') {
    const pattern = `%${query.name.replace(/[\\%_]/g, '\\$&')}%`
    conditions.push("(name LIKE ? ESCAPE '\\' OR id LIKE ? ESCAPE '\\')")
    params.push(pattern, pattern)
  }
  if (query.organizationId === null) conditions.push('organization_id IS NULL')
  else if (query.organizationId !== undefined) {
    conditions.push('organization_id = ?')
    params.push(query.organizationId)
  }
  const where = conditions.join(' AND ')
  const [count] = await store.query(`SELECT count(*) AS total FROM entity WHERE ${where}`, params)
  const rows = await store.query(
    `SELECT kind, id, name, organization_id, host FROM entity WHERE ${where} ORDER BY id LIMIT ? OFFSET ?`,
    [...params, query.limit, query.offset],
  )
  return { rows: rows.map(toEntity), total: Number(count?.total ?? 0) }
}

/** The user whose id is the part before the last @, in either case; the domain part isn't looked at (own decision). */
export async function findRecipient(store: Store, address: string): Promise<Entity | null> {
  const at = address.lastIndexOf('@')
  const id = at < 0 ? address : address.slice(0, at)
  const [row] = await store.query(
    `SELECT kind, id, name, organization_id, host FROM entity
      WHERE kind = 'user' AND id = ? COLLATE NOCASE ORDER BY id = ? DESC LIMIT 1`,
    [id, id],
  )
  return row === undefined ? null : toEntity(row)
}

function toEntity(row: Row): Entity {
  const { kind, id, name, organization_id: organizationId, host } = row
  return entitySchema.parse({ kind, id, name, organizationId, host })
}
