import type { Entity } from '../../../shared/model/entity.ts'
import type { GridRow } from '../../chrome/grid-rows.ts'

/** An entity as a row: its ID, name, and what its kind has beside them. */
export function entityRow(entity: Entity, serverName: (host: string) => string): GridRow {
  return {
    key: entity.id,
    text: entity.name,
    also: entity.id,
    level: 0,
    expanded: null,
    cells: {
      id: { value: entity.id },
      name: { value: entity.name },
      host: { value: entity.host === null ? '' : serverName(entity.host) },
      members: { value: entity.members?.length ?? 0 },
    },
  }
}
