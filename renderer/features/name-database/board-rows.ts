import type { Entity } from '../../../shared/model/entity.ts'
import type { GridRow } from '../../chrome/grid-rows.ts'

/**
 * Boards as a tree (facts §6: a list with the marks ▼ and +), siblings in the order given. One whose board above is not among
 * them counts as a top one, so that it is not lost.
 */
export function boardRows(
  boards: readonly Entity[],
  collapsed: ReadonlySet<string>,
  row: (board: Entity) => GridRow,
): readonly GridRow[] {
  const known = new Set(boards.map(({ id }) => id))
  const below = new Map<string | null, Entity[]>()
  for (const board of boards) {
    const above = board.parentId !== undefined && known.has(board.parentId) ? board.parentId : null
    const siblings = below.get(above)
    if (siblings === undefined) below.set(above, [board])
    else siblings.push(board)
  }
  const rows: GridRow[] = []
  const walk = (above: string | null, level: number) => {
    for (const board of below.get(above) ?? []) {
      const open = below.has(board.id) ? !collapsed.has(board.id) : null
      rows.push({ ...row(board), level, expanded: open })
      if (open) walk(board.id, level + 1)
    }
  }
  walk(null, 0)
  return rows
}
