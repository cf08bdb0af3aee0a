import type { Edit, Effect, Entity } from '../../shared/model/entity.ts'

/** The edits that take effects back, refused when something was changed since; the last effect first. */
export function inverseOf(effects: readonly Effect[]): readonly Edit[] {
  return [...effects].reverse().flatMap(({ before, after }): Edit[] => {
    if (before === null)
      return after === null ? [] : [{ action: 'delete', kind: after.kind, id: after.id, expected: after }]
    return after === null ? registerAgain(before) : [changeBack(after, before)]
  })
}

function registerAgain({ kind, id, name, organizationId, host, parentId, members }: Entity): Edit[] {
  const registration = {
    kind,
    id,
    name,
    ...(organizationId === null ? {} : { organizationId }),
    ...(host === null ? {} : { host }),
    ...(parentId === undefined ? {} : { parentId }),
    ...(members === undefined ? {} : { members }),
  }
  const register: Edit = { action: 'register', registration }
  // A registration without an organisation goes below a top one that is there.
  return organizationId === null ? [register, { action: 'change', kind, id, organizationId: null }] : [register]
}

function changeBack(after: Entity, before: Entity): Edit {
  const { kind, id, name, organizationId, host, parentId, members } = before
  return {
    action: 'change',
    kind,
    id,
    expected: after,
    name,
    organizationId,
    ...(host === null ? {} : { host }),
    ...(kind === 'board' ? { parentId: parentId ?? null } : {}),
    ...(kind === 'group' ? { members: members ?? [] } : {}),
  }
}
