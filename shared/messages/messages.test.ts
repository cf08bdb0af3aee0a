import { describe, expect, it } from 'vitest'
import { en } from './en.ts'
import { ja, type MessageKey } from './ja.ts'

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
})
