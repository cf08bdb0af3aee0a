import { describe, expect, it } from 'vitest'
import { nextSort, sortRows } from './grid-rows.ts'
import { type KeyRow, moveInList, typeAhead, typedFrom } from './list-keys.ts'

const row = (key: string, level = 0, expanded: boolean | null = null): KeyRow => ({ key, text: key, level, expanded })
const rows = [row('alpha', 0, true), row('beta', 1), row('gamma', 0, false), row('bravo', 0)]
const move = (current: string | null, key: string, ctrl = false) => moveInList(rows, current, { key, ctrl })

describe('the keys of a list', () => {
  it('move, and stop at the ends', () => {
    expect(move(null, 'ArrowDown')).toEqual({ kind: 'go', key: 'alpha' })
    expect(move('alpha', 'ArrowUp')).toEqual({ kind: 'go', key: 'alpha' })
    expect(move('alpha', 'End')).toEqual({ kind: 'go', key: 'bravo' })
    expect(move('bravo', 'PageDown')).toEqual({ kind: 'go', key: 'bravo' })
    expect(moveInList([], null, { key: 'ArrowDown', ctrl: false })).toBeNull()
  })

  it('open and close what has something below it, and go up from it', () => {
    expect(move('gamma', 'ArrowRight')).toEqual({ kind: 'expand', key: 'gamma' })
    expect(move('alpha', 'ArrowRight')).toEqual({ kind: 'go', key: 'beta' })
    expect(move('beta', 'ArrowLeft')).toEqual({ kind: 'go', key: 'alpha' })
    expect(move('alpha', 'ArrowLeft')).toEqual({ kind: 'collapse', key: 'alpha' })
    expect(move('bravo', 'ArrowRight')).toBeNull()
  })

  it('choose all only with Ctrl', () => {
    expect(move('alpha', 'a', true)).toEqual({ kind: 'all' })
    expect(move('alpha', 'a')).toBeNull()
  })

  it('type ahead to the next match, going round', () => {
    expect(typeAhead(rows, 'alpha', 'b')).toBe('beta')
    expect(typeAhead(rows, 'beta', 'b')).toBe('bravo')
    expect(typeAhead(rows, 'bravo', 'b')).toBe('beta')
    expect(typeAhead(rows, 'beta', 'BR')).toBe('bravo')
    expect(typeAhead(rows, 'beta', 'x')).toBeNull()
    expect(typeAhead([...rows, { ...row('u1'), also: 'X-ray' }], 'beta', 'x')).toBe('u1')
  })

  it('begin to look behind the row that is there for a first letter, and on it for more', () => {
    expect(typedFrom(rows, 'beta', 'b')).toBe(2)
    expect(typedFrom(rows, 'beta', 'be')).toBe(1)
    expect(typedFrom(rows, null, 'be')).toBe(0)
  })
})

describe('sorting', () => {
  const cell = (key: string, level: number, value: string | number) => ({ ...row(key, level), cells: { c: { value } } })
  const family = [cell('10', 0, 10), cell('under 10', 1, 0), cell('9', 0, 9), cell('under 9', 1, 99)]

  it('keeps what is below a row with it', () => {
    const sorted = sortRows(family, { column: 'c', direction: 'ascending' })
    expect(sorted.map((each) => each.key)).toEqual(['9', 'under 9', '10', 'under 10'])
  })

  it('goes up, down and back to the rows own order', () => {
    const up = nextSort(null, 'c')
    const down = nextSort(up, 'c')
    expect([up?.direction, down?.direction, nextSort(down, 'c')]).toEqual(['ascending', 'descending', null])
    expect(nextSort(up, 'other')).toEqual({ column: 'other', direction: 'ascending' })
  })
})
