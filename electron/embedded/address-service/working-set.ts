import type { Edit, Effect, Entity, EntityKind } from '../../../shared/model/entity.ts'
import type { Row } from '../../wire/object-operations.ts'
import { entityColumns, toEntity } from './entity-rows.ts'
import type { Store } from './store.ts'

/** How many of each kind belong directly to an organisation. */
export type Belonging = Record<EntityKind, number>

/**
 * What a batch of edits needs to know of the database, with the batch's own effects laid over it. Nothing is asked of the
 * database again until the next batch.
 */
export type WorkingSet = {
  get(kind: EntityKind, id: string): Entity | null
  /** The top organisations' ids, in their order. */
  tops(): readonly string[]
  /** Of an organisation that is to be deleted. */
  belonging(organizationId: string): Belonging
  /** Boards directly below one. */
  boardsBelow(boardId: string): readonly Entity[]
  groupsWith(userId: string): readonly Entity[]
  /** An id that nobody has; never the same twice. */
  nextId(kind: EntityKind): string
  apply(effect: Effect): void
  /** Every effect so far, in order. */
  effects(): readonly Effect[]
  /** How many effects there are so far. */
  mark(): number
  /** Takes back every effect after `mark`. */
  rollBack(mark: number): void
  /** The last generated number of each kind that generated one. */
  sequences(): ReadonlyMap<EntityKind, number>
}

/** Generated ids: a letter for the kind and a growing number, never used twice (own decision). */
const idForms: Readonly<Record<EntityKind, readonly [letter: string, digits: number]>> = {
  user: ['u', 5],
  organization: ['o', 4],
  group: ['g', 4],
  board: ['b', 4],
}

/** Most names of one question to the database. */
const largestQuestion = 10_000

const keyOf = (kind: EntityKind, id: string): string => `${kind} ${id}`

/** Reads what the edits need: one question for registrations, a few more for what else they touch. */
export async function readWorkingSet(store: Store, edits: readonly Edit[]): Promise<WorkingSet> {
  const entities = new Map<string, Entity>()
  const counts = new Map<string, Belonging>()
  const keep = (rows: readonly Row[]): void => {
    for (const row of rows) {
      const entity = toEntity(row)
      entities.set(keyOf(entity.kind, entity.id), entity)
    }
  }
  const named = namesOf(edits)
  for (let from = 0; from === 0 || from < named.length; from += largestQuestion) {
    keep(
      await store.query(
        `SELECT ${entityColumns} FROM (SELECT value ->> 0 AS asked_kind, value ->> 1 AS asked_id FROM json_each(?))
           JOIN entity ON kind = asked_kind AND id = asked_id
         UNION ALL SELECT ${entityColumns} FROM entity WHERE kind = 'organization' AND organization_id IS NULL`,
        [JSON.stringify(named.slice(from, from + largestQuestion))],
      ),
    )
  }
  const touched = (kind: EntityKind) => edits.filter((edit) => edit.action !== 'register' && edit.kind === kind)
  if (touched('organization').some((edit) => edit.action === 'change')) {
    keep(await store.query(`SELECT ${entityColumns} FROM entity WHERE kind = 'organization'`))
  }
  const boards = edits.some((edit) => edit.action === 'register' && edit.registration.parentId !== undefined)
  if (boards || touched('board').length > 0) {
    keep(await store.query(`SELECT ${entityColumns} FROM entity WHERE kind = 'board'`))
  }
  const leaving = touched('user').flatMap((edit) => (edit.action === 'delete' ? [edit.id] : []))
  if (leaving.length > 0) {
    keep(
      await store.query(
        `SELECT ${entityColumns} FROM entity WHERE kind = 'group' AND EXISTS
           (SELECT 1 FROM json_each(members) WHERE value IN (SELECT value FROM json_each(?)))`,
        [JSON.stringify(leaving)],
      ),
    )
  }
  const closing = touched('organization').flatMap((edit) => (edit.action === 'delete' ? [edit.id] : []))
  for (const id of closing) counts.set(id, { user: 0, organization: 0, group: 0, board: 0 })
  if (closing.length > 0) {
    const rows = await store.query(
      `SELECT kind, organization_id, count(*) AS belonging FROM entity
         WHERE organization_id IN (SELECT value FROM json_each(?)) GROUP BY kind, organization_id`,
      [JSON.stringify(closing)],
    )
    for (const { kind, organization_id: id, belonging } of rows) {
      const count = counts.get(String(id))
      if (count !== undefined) count[kind as EntityKind] = Number(belonging)
    }
  }
  const free = await freeIds(store, edits, entities)
  return overlay(entities, counts, free)
}

/** Every entity that the edits name, as (kind, id). */
function namesOf(edits: readonly Edit[]): readonly (readonly [EntityKind, string])[] {
  return edits.flatMap((edit): (readonly [EntityKind, string])[] => {
    const own = edit.action === 'register' ? edit.registration : edit
    const { kind, id } = own
    const names: (readonly [EntityKind, string])[] = id === undefined ? [] : [[kind, id]]
    if (edit.action === 'delete') return names
    const { organizationId, parentId, members } = edit.action === 'register' ? edit.registration : edit
    if (typeof organizationId === 'string') names.push(['organization', organizationId])
    if (typeof parentId === 'string') names.push(['board', parentId])
    for (const member of members ?? []) names.push(['user', member])
    return names
  })
}

type FreeIds = ReadonlyMap<EntityKind, { readonly ids: string[]; readonly numbers: number[] }>

/** An id for every registration without one: numbers after the last one used, those left out that someone has already. */
async function freeIds(store: Store, edits: readonly Edit[], known: ReadonlyMap<string, Entity>): Promise<FreeIds> {
  const wanted = new Map<EntityKind, number>()
  const taken = new Set(known.keys())
  for (const edit of edits) {
    if (edit.action !== 'register') continue
    const { kind, id } = edit.registration
    if (id === undefined) wanted.set(kind, (wanted.get(kind) ?? 0) + 1)
    else taken.add(keyOf(kind, id))
  }
  const free = new Map<EntityKind, { ids: string[]; numbers: number[] }>()
  if (wanted.size === 0) return free
  const rows = await store.query('SELECT kind, last FROM sequence')
  for (const [kind, count] of wanted) {
    const [letter, digits] = idForms[kind]
    let last = Number(rows.find((row) => row.kind === kind)?.last ?? 0)
    const found = { ids: [] as string[], numbers: [] as number[] }
    for (let block = count; found.ids.length < count; block = Math.min(block * 2, largestQuestion)) {
      const candidates = Array.from(
        { length: block },
        (_, index) => `${letter}${String(last + index + 1).padStart(digits, '0')}`,
      )
      const used = await store.query(
        'SELECT id FROM entity WHERE kind = ? AND id IN (SELECT value FROM json_each(?))',
        [kind, JSON.stringify(candidates)],
      )
      const gone = new Set(used.map((row) => String(row.id)))
      candidates.forEach((id, index) => {
        if (found.ids.length === count || gone.has(id) || taken.has(keyOf(kind, id))) return
        found.ids.push(id)
        found.numbers.push(last + index + 1)
      })
      last += block
    }
    free.set(kind, found)
  }
  return free
}

function overlay(entities: Map<string, Entity>, counts: Map<string, Belonging>, free: FreeIds): WorkingSet {
  const effects: Effect[] = []
  const next = new Map<EntityKind, number>()
  const tops = new Set<string>()
  const boards = new Map<string, Set<string>>()
  const groups = new Map<string, Set<string>>()

  const index = (entity: Entity, sign: 1 | -1): void => {
    const { kind, id, organizationId, parentId, members } = entity
    const put = (set: Set<string>, value: string) => (sign === 1 ? set.add(value) : set.delete(value))
    const setOf = (map: Map<string, Set<string>>, key: string): Set<string> => {
      const found = map.get(key) ?? new Set<string>()
      map.set(key, found)
      return found
    }
    if (kind === 'organization' && organizationId === null) put(tops, id)
    if (parentId !== undefined) put(setOf(boards, parentId), id)
    for (const member of members ?? []) put(setOf(groups, member), id)
  }
  for (const entity of entities.values()) index(entity, 1)

  const count = ({ kind, organizationId }: Entity, by: 1 | -1): void => {
    const belonging = organizationId === null ? undefined : counts.get(organizationId)
    if (belonging !== undefined) belonging[kind] += by
  }
  const swap = ({ before, after }: Effect): void => {
    if (before !== null) {
      entities.delete(keyOf(before.kind, before.id))
      index(before, -1)
      count(before, -1)
    }
    if (after !== null) {
      entities.set(keyOf(after.kind, after.id), after)
      index(after, 1)
      count(after, 1)
    }
  }
  const all = (kind: EntityKind, ids: Iterable<string>): readonly Entity[] =>
    [...ids].flatMap((id) => entities.get(keyOf(kind, id)) ?? [])

  return {
    get: (kind, id) => entities.get(keyOf(kind, id)) ?? null,
    tops: () => [...tops].sort(),
    belonging: (id) => counts.get(id) ?? { user: 0, organization: 0, group: 0, board: 0 },
    boardsBelow: (id) => all('board', boards.get(id) ?? []),
    groupsWith: (id) => all('group', groups.get(id) ?? []),
    nextId: (kind) => {
      const at = next.get(kind) ?? 0
      const id = free.get(kind)?.ids[at]
      if (id === undefined) throw new Error(`no id left for a ${kind}`)
      next.set(kind, at + 1)
      return id
    },
    apply: (effect) => {
      effects.push(effect)
      swap(effect)
    },
    effects: () => effects,
    mark: () => effects.length,
    rollBack: (mark) => {
      for (const { before, after } of effects.splice(mark).reverse()) swap({ before: after, after: before })
    },
    sequences: () => new Map([...next].map(([kind, used]) => [kind, free.get(kind)?.numbers[used - 1] ?? 0] as const)),
  }
}
