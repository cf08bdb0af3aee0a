import { assertNever } from '../../../shared/model/assert-never.ts'
import {
  boardLevels,
  type ChangeRequest,
  type Edit,
  type Effect,
  type Entity,
  type EntityKind,
  type Registration,
} from '../../../shared/model/entity.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { WorkingSet } from './working-set.ts'

/** Checks one edit against what the working set holds and carries it out there. Throws why it is refused, with nothing done. */
export function planEdit(known: WorkingSet, hosts: readonly string[], edit: Edit): void {
  switch (edit.action) {
    case 'register':
      planRegistration(known, hosts, edit.registration)
      break
    case 'change':
      planChange(known, hosts, edit)
      break
    case 'delete':
      planDeletion(known, demand(known, edit.kind, edit.id, edit.expected))
      break
    default:
      assertNever(edit)
  }
}

/** Users who are to be deleted leave their groups first, by one change a group (own decision). */
export function planLeaving(known: WorkingSet, users: ReadonlySet<string>): void {
  const groups = new Map([...users].flatMap((id) => known.groupsWith(id)).map((group) => [group.id, group]))
  for (const group of groups.values()) {
    const { members, ...rest } = group
    const left = (members ?? []).filter((member) => !users.has(member))
    known.apply({ before: group, after: { ...rest, ...optional(undefined, left.length > 0 ? left : undefined) } })
  }
}

function demand(known: WorkingSet, kind: EntityKind, id: string, expected: Entity | undefined): Entity {
  const found = known.get(kind, id)
  if (found === null) throw fail('entity-unknown', { id })
  if (expected !== undefined && !sameEntity(found, expected)) throw fail('entity-changed', { id })
  return found
}

/** `hosts`: the domain's servers, the master first: a user without one is the master's. */
function planRegistration(known: WorkingSet, hosts: readonly string[], asked: Registration): void {
  const { kind, name, id, parentId } = asked
  const above = parentId === undefined ? undefined : boardAbove(known, kind, parentId)
  const organizationId = asked.organizationId ?? above?.organizationId ?? known.tops()[0] ?? null
  // The organisation of the board above stands as long as a board belongs to it.
  if (asked.organizationId !== undefined || above === undefined) assertOrganization(known, kind, organizationId)
  const host = kind === 'user' ? (asked.host ?? hosts[0] ?? null) : null
  assertHost(hosts, host)
  if (id !== undefined && known.get(kind, id) !== null) throw fail('entity-exists', { id })
  if (above !== undefined) assertLevels(known, above, 1)
  const members = membersOf(known, kind, asked.members)
  known.apply({
    before: null,
    after: { kind, id: id ?? known.nextId(kind), name, organizationId, host, ...optional(parentId, members) },
  })
}

/** A change that changes nothing has no effect, and so no record (own decision). */
function planChange(known: WorkingSet, hosts: readonly string[], asked: ChangeRequest): void {
  const before = demand(known, asked.kind, asked.id, asked.expected)
  const { kind } = before
  const organizationId = asked.organizationId === undefined ? before.organizationId : asked.organizationId
  if (organizationId !== before.organizationId) {
    assertOrganization(known, kind, organizationId)
    assertNoCycle(known, before, organizationId)
  }
  if (asked.host !== undefined && kind !== 'user') throw fail('field-not-of-kind', { field: 'host', kind })
  const host = asked.host ?? before.host
  if (host !== before.host) assertHost(hosts, host)
  const parentId = asked.parentId === undefined ? before.parentId : (asked.parentId ?? undefined)
  if (parentId !== undefined && parentId !== before.parentId) assertBelow(known, before, parentId)
  const members = asked.members === undefined ? before.members : membersOf(known, kind, asked.members)
  const after: Entity = {
    kind,
    id: before.id,
    name: asked.name ?? before.name,
    organizationId,
    host,
    ...optional(parentId, members),
  }
  if (!sameEntity(before, after)) known.apply({ before, after })
}

/**
 * What others belong to or lie below is not deleted: `organization-not-empty`, `board-not-empty` say how many, `organization-last-top` keeps one to belong to.
 */
function planDeletion(known: WorkingSet, before: Entity): void {
  const { kind, id } = before
  if (kind === 'organization') {
    const { user, organization, group, board } = known.belonging(id)
    if (user + organization + group + board > 0) {
      throw fail('organization-not-empty', {
        id,
        users: user,
        organizations: organization,
        groups: group,
        boards: board,
      })
    }
    if (before.organizationId === null && known.tops().length === 1) throw fail('organization-last-top', { id })
  }
  if (kind === 'board') {
    const boards = known.boardsBelow(id).length
    if (boards > 0) throw fail('board-not-empty', { id, boards })
  }
  if (kind === 'user') planLeaving(known, new Set([id]))
  known.apply({ before, after: null })
}

function assertOrganization(known: WorkingSet, kind: EntityKind, id: string | null): void {
  if (id === null) {
    if (kind !== 'organization') throw fail('organization-unknown', { id: '' })
  } else if (known.get('organization', id) === null) throw fail('organization-unknown', { id })
}

function assertHost(hosts: readonly string[], host: string | null): void {
  if (host !== null && !hosts.includes(host)) throw fail('mail-host-unknown', { host })
}

/** An organisation never comes to lie below itself. */
function assertNoCycle(known: WorkingSet, moved: Entity, to: string | null): void {
  if (moved.kind !== 'organization') return
  for (let at = to; at !== null; at = known.get('organization', at)?.organizationId ?? null) {
    if (at === moved.id) throw fail('organization-cycle', { id: moved.id, to: to ?? '' })
  }
}

function boardAbove(known: WorkingSet, kind: EntityKind, parentId: string): Entity {
  if (kind !== 'board') throw fail('field-not-of-kind', { field: 'parentId', kind })
  const above = known.get('board', parentId)
  if (above === null) throw fail('board-unknown', { id: parentId })
  return above
}

function assertBelow(known: WorkingSet, moved: Entity, parentId: string): void {
  const above = boardAbove(known, moved.kind, parentId)
  for (
    let at: Entity | null = above;
    at !== null;
    at = at.parentId === undefined ? null : known.get('board', at.parentId)
  ) {
    if (at.id === moved.id) throw fail('board-cycle', { id: moved.id, to: parentId })
  }
  assertLevels(known, above, heightOf(known, moved))
}

/** How many levels a board and what lies below it take. */
function heightOf(known: WorkingSet, board: Entity): number {
  return 1 + Math.max(0, ...known.boardsBelow(board.id).map((below) => heightOf(known, below)))
}

function assertLevels(known: WorkingSet, above: Entity, height: number): void {
  let levels = height
  for (
    let at: Entity | null = above;
    at !== null;
    at = at.parentId === undefined ? null : known.get('board', at.parentId)
  ) {
    levels += 1
  }
  if (levels > boardLevels) throw fail('board-too-deep', { to: above.id, levels: boardLevels })
}

function membersOf(known: WorkingSet, kind: EntityKind, asked: readonly string[] | undefined): string[] | undefined {
  if (asked === undefined) return undefined
  if (kind !== 'group') throw fail('field-not-of-kind', { field: 'members', kind })
  for (const id of asked) if (known.get('user', id) === null) throw fail('member-unknown', { id })
  return asked.length === 0 ? undefined : [...new Set(asked)].sort()
}

function optional(parentId: string | undefined, members: string[] | undefined): Pick<Entity, 'parentId' | 'members'> {
  return { ...(parentId === undefined ? {} : { parentId }), ...(members === undefined ? {} : { members }) }
}

function sameEntity(one: Entity, other: Entity): boolean {
  const plain = ({ kind, id, name, organizationId, host, parentId, members }: Entity) =>
    JSON.stringify([kind, id, name, organizationId, host, parentId ?? null, members ?? null])
  return plain(one) === plain(other)
}

/** What the effects come to: entities that are gone or replaced, and entities as they end. */
export function netEffect(effects: readonly Effect[]): {
  readonly after: readonly Entity[]
  readonly removed: readonly Entity[]
} {
  const first = new Map<string, Entity | null>()
  const last = new Map<string, Entity | null>()
  for (const { before, after } of effects) {
    const one = before ?? after
    if (one === null) continue
    const key = `${one.kind} ${one.id}`
    if (!first.has(key)) first.set(key, before)
    last.set(key, after)
  }
  return {
    after: [...last.values()].filter((entity) => entity !== null),
    removed: [...first.values()].filter((entity) => entity !== null),
  }
}
