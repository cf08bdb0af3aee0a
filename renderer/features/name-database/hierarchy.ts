import type { Entity } from '../../../shared/model/entity.ts'
import type { KeyRow } from '../../chrome/list-keys.ts'

/** The key of 最上位組織一覧, which no organisation can have as its ID. */
export const topKey = ''

export type Children = ReadonlyMap<string | null, readonly Entity[]>

/** Organisations by their parent. One whose parent is not there counts as a top organisation, so that it is not lost. */
export function childrenByParent(organizations: readonly Entity[]): Children {
  const known = new Set(organizations.map((each) => each.id))
  const children = new Map<string | null, Entity[]>()
  for (const each of organizations) {
    const parent = each.organizationId !== null && known.has(each.organizationId) ? each.organizationId : null
    const siblings = children.get(parent)
    if (siblings === undefined) children.set(parent, [each])
    else siblings.push(each)
  }
  return children
}

/** The visible nodes of the 組織階層, below 最上位組織一覧, with those in `expanded` open. */
export function hierarchyRows(children: Children, expanded: ReadonlySet<string>, top: string): readonly KeyRow[] {
  const rows: KeyRow[] = [{ key: topKey, text: top, level: 0, expanded: null }]
  const walk = (parent: string | null, level: number, seen: ReadonlySet<string>) => {
    for (const { id, name } of children.get(parent) ?? []) {
      if (seen.has(id)) continue
      const open = children.has(id) ? expanded.has(id) : null
      rows.push({ key: id, text: name, level, expanded: open })
      if (open) walk(id, level + 1, new Set([...seen, id]))
    }
  }
  walk(null, 1, new Set())
  return rows
}

/** The organisations above one, nearest last. */
export function ancestorsOf(organizations: readonly Entity[], id: string): readonly string[] {
  const byId = new Map(organizations.map((each) => [each.id, each]))
  const above: string[] = []
  let at = byId.get(id)?.organizationId ?? null
  while (at !== null && !above.includes(at)) {
    above.unshift(at)
    at = byId.get(at)?.organizationId ?? null
  }
  return above
}
