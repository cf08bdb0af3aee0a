import { type Entity, entitySchema } from '../../../shared/model/entity.ts'
import type { Row, Statement } from '../../wire/object-operations.ts'

/** The columns of `entity` that make an `Entity`, for a SELECT. */
export const entityColumns = 'kind, id, name, organization_id, host, parent_id, members'

/** A row of `entityColumns`. */
export function toEntity(row: Row): Entity {
  const { kind, id, name, organization_id: organizationId, host, parent_id: parentId, members } = row
  return entitySchema.parse({
    kind,
    id,
    name,
    organizationId,
    host,
    ...(parentId === null ? {} : { parentId }),
    ...(members === null ? {} : { members: JSON.parse(String(members)) }),
  })
}

function toRow({ kind, id, name, organizationId, host, parentId, members }: Entity): readonly (string | null)[] {
  return [
    kind,
    id,
    name,
    organizationId,
    host,
    parentId ?? null,
    members === undefined ? null : JSON.stringify(members),
  ]
}

/** Statements that store entities as they are after a change, all kinds of change in one; what is removed goes first. */
export function entityStatements(after: readonly Entity[], removed: readonly Entity[]): readonly Statement[] {
  const gone: Statement = {
    sql: 'DELETE FROM entity WHERE (kind, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))',
    params: [JSON.stringify(removed.map(({ kind, id }) => [kind, id]))],
  }
  const stored: Statement = {
    sql: `INSERT INTO entity (${entityColumns})
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 FROM json_each(?)`,
    params: [JSON.stringify(after.map(toRow))],
    changes: after.length,
  }
  return [...(removed.length > 0 ? [gone] : []), ...(after.length > 0 ? [stored] : [])]
}
