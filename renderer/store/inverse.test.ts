import { expect, it } from 'vitest'
import type { Entity } from '../../shared/model/entity.ts'
import { inverseOf } from './inverse.ts'

const user: Entity = { kind: 'user', id: 'u1', name: '甲', organizationId: '1000', host: 'h' }
const group: Entity = { kind: 'group', id: 'g1', name: '会', organizationId: '1000', host: null, members: ['u1', 'u2'] }
const top: Entity = { kind: 'organization', id: 'o1', name: '社', organizationId: null, host: null }

it('takes effects back from the last to the first, guarded by what they left', () => {
  const { members: _members, ...left } = group
  const effects = [
    { before: group, after: left },
    { before: user, after: null },
  ]
  expect(inverseOf(effects)).toEqual([
    { action: 'register', registration: { kind: 'user', id: 'u1', name: '甲', organizationId: '1000', host: 'h' } },
    {
      action: 'change',
      kind: 'group',
      id: 'g1',
      expected: left,
      name: '会',
      organizationId: '1000',
      members: ['u1', 'u2'],
    },
  ])
  expect(inverseOf([{ before: null, after: user }])).toEqual([
    { action: 'delete', kind: 'user', id: 'u1', expected: user },
  ])
})

it('brings a top organisation back as a top one', () => {
  expect(inverseOf([{ before: top, after: null }])).toEqual([
    { action: 'register', registration: { kind: 'organization', id: 'o1', name: '社' } },
    { action: 'change', kind: 'organization', id: 'o1', organizationId: null },
  ])
})
