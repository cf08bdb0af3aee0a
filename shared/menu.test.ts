import { describe, expect, it } from 'vitest'
import { type Menu, type MenuEntry, nameDatabaseMenus, systemMenus } from './menu.ts'

type Labelled = { readonly id: string; readonly mnemonic: string }

function siblingsOf(entries: readonly MenuEntry[]): readonly (readonly Labelled[])[] {
  const labelled = entries.flatMap((entry) => (entry.kind === 'separator' ? [] : [entry]))
  const inner = entries.flatMap((entry) => (entry.kind === 'submenu' ? siblingsOf(entry.entries) : []))
  return [labelled, ...inner]
}

function groupsOf(bar: readonly Menu[]): readonly (readonly Labelled[])[] {
  return [bar, ...bar.flatMap((menu) => siblingsOf(menu.entries))]
}

describe.each([
  ['システム管理', systemMenus],
  ['名前データベース', nameDatabaseMenus],
])('the menus of %s', (_name, bar) => {
  it('give every entry a letter of its own among its siblings', () => {
    for (const group of groupsOf(bar)) {
      const letters = group.map((entry) => entry.mnemonic)
      expect(new Set(letters).size, letters.join()).toBe(letters.length)
      for (const letter of letters) expect(letter).toMatch(/^[A-Z]$/)
    }
  })
})

it('keeps the letters of the manual', () => {
  const [database] = nameDatabaseMenus
  expect(database).toMatchObject({ label: 'menu.database', mnemonic: 'D' })
  expect(database?.entries[0]).toMatchObject({ command: 'backup', mnemonic: 'B' })
  expect(systemMenus[0]).toMatchObject({ label: 'menu.file', mnemonic: 'F' })
  expect(systemMenus[0]?.entries[0]).toMatchObject({ label: 'menu.maintenance', mnemonic: 'D' })
})
