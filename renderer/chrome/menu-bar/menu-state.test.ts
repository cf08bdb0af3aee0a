import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MenuItem, nameDatabaseMenus, systemMenus } from '../../../shared/menu.ts'
import { closedMenu, entryAt, type MenuKey, type MenuState, stepMenu } from './menu-state.ts'

const never = () => false

function press(
  state: MenuState,
  keys: readonly (string | Partial<MenuKey>)[],
  bar = nameDatabaseMenus,
  grey: (item: MenuItem) => boolean = never,
) {
  let at = state
  const chosen: string[] = []
  let letter: string | null = null
  for (const each of keys) {
    const given = typeof each === 'string' ? { key: each } : each
    const step = stepMenu(bar, at, { type: 'down', alt: false, ctrl: false, key: '', ...given }, grey)
    at = step.state
    letter = step.letter
    if (step.chosen !== null) chosen.push(step.chosen.command)
  }
  return { state: at, chosen, letter }
}
const altDown = { key: 'Alt', alt: true }
const altUp = { key: 'Alt', type: 'up' } as const
const alt = (key: string) => ({ key, alt: true })

describe('the menu bar', () => {
  it('reaches バックアップ by Alt+D and B, with Alt let go between or still held', () => {
    expect(press(closedMenu, [altDown, alt('D'), altUp, 'B'])).toMatchObject({
      chosen: ['backup'],
      state: { place: { kind: 'closed' } },
    })
    expect(press(closedMenu, [altDown, alt('D'), alt('B'), altUp]).chosen).toEqual(['backup'])
  })

  it('goes to the bar by Alt alone or F10, and leaves it the same way', () => {
    expect(press(closedMenu, [altDown, altUp]).state.place).toEqual({ kind: 'bar', top: 0 })
    expect(press(closedMenu, ['F10']).state.place).toEqual({ kind: 'bar', top: 0 })
    expect(press(closedMenu, [altDown, altUp, altDown, altUp]).state.place.kind).toBe('closed')
  })

  it('stays closed when Alt was part of another key', () => {
    expect(press(closedMenu, [altDown, alt('Tab'), altUp]).state.place.kind).toBe('closed')
  })

  it('hands a letter of no menu on to the buttons', () => {
    expect(press(closedMenu, [altDown, alt('N')])).toMatchObject({ letter: 'N', state: { place: { kind: 'closed' } } })
  })

  it('opens a submenu by its letter and chooses inside it', () => {
    expect(press(closedMenu, [alt('F'), 'D', 'U'], systemMenus).chosen).toEqual(['open-name-database'])
  })

  it('marks a grey item and does not choose it, by letter or Enter', () => {
    const after = press(closedMenu, [alt('D'), 'B', 'Enter'], nameDatabaseMenus, (item) => item.command === 'backup')
    expect(after.chosen).toEqual([])
    expect(after.state.place).toEqual({ kind: 'open', top: 0, path: [0] })
  })

  it('goes back one step by Escape', () => {
    const inSub = press(closedMenu, [alt('F'), 'D'], systemMenus)
    expect(inSub.state.place).toEqual({ kind: 'open', top: 0, path: [0, 0] })
    const places = ['Escape', 'Escape', 'Escape'].map((_, count) => {
      return press(inSub.state, Array(count + 1).fill('Escape'), systemMenus).state.place.kind
    })
    expect(places).toEqual(['open', 'bar', 'closed'])
  })

  it('never marks a separator or a place that is not there, whatever is typed', () => {
    const keys = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'Escape', 'F10', 'D', 'F', 'V', 'L']
    const key = fc.record({ key: fc.constantFrom(...keys), alt: fc.boolean() })
    fc.assert(
      fc.property(fc.array(key, { maxLength: 40 }), (typed) => {
        const { place } = press(closedMenu, typed, systemMenus).state
        if (place.kind === 'closed') return
        expect(systemMenus[place.top]).toBeDefined()
        if (place.kind === 'open') {
          const entry = entryAt(systemMenus[place.top], place.path)
          expect(entry).toBeDefined()
          expect(entry?.kind).not.toBe('separator')
        }
      }),
    )
  })
})
