import { expect, it } from 'vitest'
import type { Entity } from '../../../shared/model/entity.ts'
import { ancestorsOf, childrenByParent, hierarchyRows } from './hierarchy.ts'

const organization = (id: string, organizationId: string | null): Entity => ({
  kind: 'organization',
  id,
  name: `組織${id}`,
  organizationId,
  host: null,
})
const all = [organization('1', null), organization('11', '1'), organization('111', '11'), organization('x', 'gone')]

it('shows what is open, and tells what has nothing below it', () => {
  const rows = hierarchyRows(childrenByParent(all), new Set(['1']), 'top')
  expect(rows.map(({ key, level, expanded }) => [key, level, expanded])).toEqual([
    ['', 0, null],
    ['1', 1, true],
    ['11', 2, false],
    ['x', 1, null],
  ])
})

it('names the way up, also where it goes in a circle', () => {
  expect(ancestorsOf(all, '111')).toEqual(['1', '11'])
  expect(ancestorsOf([organization('a', 'b'), organization('b', 'a')], 'a')).toEqual(['a', 'b'])
})
