import type { Change } from '../../../shared/model/change.ts'
import type { Edit, Effect, Entity } from '../../../shared/model/entity.ts'
import { type Problem, toProblem } from '../../../shared/model/problem.ts'
import type { ReconcileReport } from '../../../shared/model/reconcile.ts'
import type { Directory } from './directory.ts'
import { entityColumns, toEntity } from './entity-rows.ts'

/** Carries out one edit like any client's; throws why it is refused. */
export type Edits = (edit: Edit, operator: string) => Promise<readonly Effect[]>

type BroughtBack = ReconcileReport['broughtBack'][number]

/**
 * Registers at the master what only a replica holds: the last state of each entity, in the order of the records. It keeps its id
 * unless the master has given that to another one meanwhile. What the master changed meanwhile is not overwritten.
 */
export async function bringBack(
  directory: Directory,
  edits: Edits,
  records: readonly Change[],
  operator: string,
): Promise<readonly BroughtBack[]> {
  const results: BroughtBack[] = []
  for (const { first, last } of netChanges(records)) {
    const named = last.after ?? last.before ?? first.before
    if (named === null) continue
    try {
      const edit = editFor(first.before, last.after, named, await current(directory, named))
      const effects = edit === null ? [] : await edits(edit, operator)
      results.push({ change: last, entity: effects.at(-1)?.after ?? last.after, code: null })
    } catch (error) {
      const { code }: Problem = toProblem(error)
      results.push({ change: last, entity: null, code })
    }
  }
  return results
}

function netChanges(records: readonly Change[]) {
  const byEntity = new Map<string, { first: Change; last: Change }>()
  for (const change of records) {
    const entity = change.after ?? change.before
    if (entity === null) continue
    const key = `${entity.kind} ${entity.id}`
    byEntity.set(key, { first: byEntity.get(key)?.first ?? change, last: change })
  }
  return [...byEntity.values()]
}

async function current(directory: Directory, { kind, id }: Entity): Promise<Entity | null> {
  const [row] = await directory.store.query(`SELECT ${entityColumns} FROM entity WHERE kind = ? AND id = ?`, [kind, id])
  return row === undefined ? null : toEntity(row)
}

/** Null where the master stands so already. */
function editFor(before: Entity | null, after: Entity | null, named: Entity, now: Entity | null): Edit | null {
  const { kind, id } = named
  if (after === null) return now === null || before === null ? null : { action: 'delete', kind, id, expected: before }
  const { name, organizationId, host, parentId, members } = after
  if (now !== null && before !== null) {
    const rest = { name, organizationId, ...(host === null ? {} : { host }), parentId: parentId ?? null }
    const group = kind === 'group' ? { members: members ?? [] } : {}
    const { parentId: above, ...plain } = rest
    const board = kind === 'board' ? { parentId: above } : {}
    return { action: 'change', kind, id, expected: before, ...plain, ...board, ...group }
  }
  if (now !== null && JSON.stringify(now) === JSON.stringify(after)) return null
  const registration = {
    kind,
    name,
    ...(now === null ? { id } : {}),
    ...(organizationId === null ? {} : { organizationId }),
    ...(host === null ? {} : { host }),
    ...(parentId === undefined ? {} : { parentId }),
    ...(members === undefined ? {} : { members }),
  }
  return { action: 'register', registration }
}
