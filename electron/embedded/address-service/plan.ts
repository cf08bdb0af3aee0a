import type { Entity, EntityKind, Registration } from '../../../shared/model/entity.ts'
import { fail, type Problem, toProblem } from '../../../shared/model/problem.ts'
import type { Statement } from '../../wire/object-operations.ts'
import type { Store } from './store.ts'

/** What becomes of each registration of a batch, in its order: the entity it makes, or why it is refused. */
export type Plan = {
  readonly outcomes: readonly (Entity | Problem)[]
  /** The last generated number of each kind, to be stored with the entities. */
  readonly sequences: ReadonlyMap<EntityKind, number>
}

/** Generated ids: a letter for the kind and a growing number, never used twice (own decision). */
const idForms: Readonly<Record<EntityKind, readonly [letter: string, digits: number]>> = {
  user: ['u', 5],
  organization: ['o', 4],
  group: ['g', 4],
  board: ['b', 4],
}

const hostsOf = (hosts: readonly string[]): ReadonlySet<string> => new Set(hosts)

/**
 * Checks a batch against the database and against itself: ids are new, organisations and mail servers known. `hosts` are
 * the domain's servers, the master first: a user without one is the master's.
 */
export async function planRegistrations(
  store: Store,
  hosts: readonly string[],
  registrations: readonly Registration[],
): Promise<Plan> {
  const known = await readKnown(store, registrations)
  const sequences = new Map<EntityKind, number>()
  const valid = hostsOf(hosts)

  const nextId = (kind: EntityKind): string => {
    const [letter, digits] = idForms[kind]
    for (;;) {
      const number = (sequences.get(kind) ?? known.sequences.get(kind) ?? 0) + 1
      sequences.set(kind, number)
      const id = `${letter}${String(number).padStart(digits, '0')}`
      if (!known.taken.has(`${kind} ${id}`)) return id
    }
  }

  const plan = (asked: Registration): Entity => {
    const { kind, name, id, organizationId } = asked
    const parent = organizationId ?? known.top
    if (organizationId !== undefined && !known.taken.has(`organization ${organizationId}`)) {
      throw fail('organization-unknown', { id: organizationId })
    }
    if (parent === null && kind !== 'organization') throw fail('organization-unknown', { id: '' })
    const host = kind === 'user' ? (asked.host ?? hosts[0] ?? null) : null
    if (host !== null && !valid.has(host)) throw fail('mail-host-unknown', { host })
    if (id !== undefined && known.taken.has(`${kind} ${id}`)) throw fail('entity-exists', { id })
    const entity: Entity = { kind, id: id ?? nextId(kind), name, organizationId: parent, host }
    known.taken.add(`${kind} ${entity.id}`)
    if (kind === 'organization') known.top ??= entity.id
    return entity
  }

  const outcomes = registrations.map((asked) => {
    try {
      return plan(asked)
    } catch (error) {
      return toProblem(error)
    }
  })
  return { outcomes, sequences }
}

/** What the database holds of what the batch names: one question for the whole batch. */
async function readKnown(store: Store, registrations: readonly Registration[]) {
  const asked = registrations.flatMap(({ kind, id, organizationId }) => [
    ...(id === undefined ? [] : [[kind, id]]),
    ...(organizationId === undefined ? [] : [['organization', organizationId]]),
  ])
  const rows = await store.query(
    `SELECT 'taken' AS what, entity.kind, entity.id, 0 AS last FROM json_each(?) AS asked
       JOIN entity ON entity.kind = asked.value ->> 0 AND entity.id = asked.value ->> 1
     UNION ALL
     SELECT 'top', kind, min(id), 0 FROM entity
       WHERE kind = 'organization' AND organization_id IS NULL GROUP BY kind
     UNION ALL
     SELECT 'sequence', kind, '', last FROM sequence`,
    [JSON.stringify(asked)],
  )
  const taken = new Set<string>()
  const sequences = new Map<string, number>()
  let top: string | null = null
  for (const { what, kind, id, last } of rows) {
    if (what === 'sequence') sequences.set(String(kind), Number(last))
    else {
      taken.add(`${kind} ${id}`)
      if (what === 'top') top = String(id)
    }
  }
  return { taken, sequences, top }
}

/** Statements that store entities as they are after a change, all kinds of change in one. */
export function entityStatements(after: readonly Entity[], removed: readonly Entity[]): readonly Statement[] {
  const gone: Statement[] = removed.map(({ kind, id }) => ({
    sql: 'DELETE FROM entity WHERE kind = ? AND id = ?',
    params: [kind, id],
  }))
  if (after.length === 0) return gone
  const rows = JSON.stringify(
    after.map(({ kind, id, name, organizationId, host }) => [kind, id, name, organizationId, host]),
  )
  return [
    ...gone,
    {
      sql: `INSERT INTO entity (kind, id, name, organization_id, host)
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?)`,
      params: [rows],
      changes: after.length,
    },
  ]
}
