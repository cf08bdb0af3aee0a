import { describe, expect, it } from 'vitest'
import { archiveMenus, historyMenus, type Menu, type MenuEntry, nameDatabaseMenus, systemMenus } from '../menu.ts'
import { en } from './en.ts'
import { ja, type MessageKey } from './ja.ts'
import { problemTable } from './problems/index.ts'

const keys = Object.keys(ja) as MessageKey[]
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

describe('the texts', () => {
  it('have the same keys in both languages', () => {
    expect(Object.keys(en).sort()).toEqual([...keys].sort())
  })

  it.each(keys)('%s is not empty and takes the same values', (key) => {
    expect(ja[key].trim()).not.toBe('')
    expect(en[key].trim()).not.toBe('')
    expect(placeholders(en[key])).toEqual(placeholders(ja[key]))
  })

  it('leaves no Japanese in the English table but the name of the language itself', () => {
    const left = keys.filter((key) => key !== 'menu.language-ja' && /[\u3040-\u30ff\u4e00-\u9fff]/.test(en[key]))
    expect(left).toEqual([])
  })

  it.each([
    ['ja', ja],
    ['en', en],
  ] as const)('%s names what is to be chosen by the letter that its menu shows', (language, table) => {
    const letters = new Map<string, readonly string[]>()
    const learn = (entry: Menu | MenuEntry): void => {
      if (!('label' in entry)) return
      const label = table[entry.label]
      letters.set(label, [...(letters.get(label) ?? []), entry.mnemonic])
      if ('entries' in entry) entry.entries.forEach(learn)
    }
    for (const menus of [systemMenus, nameDatabaseMenus, historyMenus, archiveMenus]) menus.forEach(learn)
    const problems = Object.values(problemTable).flatMap((each) => each[language])
    const named = [...Object.values(table), ...problems].flatMap((text) => [
      ...text.matchAll(/\[([^\](]+) ?\(([A-Z])\)…?\]/g),
    ])
    expect(named.length).toBeGreaterThan(3)
    for (const [whole, label = '', letter] of named)
      if (letters.has(label)) expect(letters.get(label), whole).toContain(letter)
  })
})
