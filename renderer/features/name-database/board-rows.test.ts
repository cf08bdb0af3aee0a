import { expect, it } from 'vitest'
import type { Entity } from '../../../shared/model/entity.ts'
import { boardRows } from './board-rows.ts'
import { entityRow } from './entity-row.ts'

const board = (id: string, parentId?: string): Entity => ({
  kind: 'board',
  id,
  name: `掲示板 ${id}`,
  organizationId: '1000',
  host: null,
  ...(parentId === undefined ? {} : { parentId }),
})
const boards = [board('c', 'a'), board('b'), board('a'), board('d', 'c'), board('e', 'gone'), board('f', 'a')]
const shown = (collapsed: readonly string[]) =>
  boardRows(boards, new Set(collapsed), (each) => entityRow(each, String)).map(
    ({ key, level, expanded }) => `${' '.repeat(level)}${expanded === null ? '' : expanded ? '▼' : '+'}${key}`,
  )

it('shows every board once, below the one above it, siblings in the order given', () => {
  expect(shown([])).toEqual(['b', '▼a', ' ▼c', '  d', ' f', 'e'])
})

it('hides what lies below a closed board, and marks it', () => {
  expect(shown(['a'])).toEqual(['b', '+a', 'e'])
  expect(shown(['c', 'unknown'])).toEqual(['b', '▼a', ' +c', ' f', 'e'])
})
