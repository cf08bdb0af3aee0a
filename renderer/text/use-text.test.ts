import { expect, it } from 'vitest'
import { createText } from './use-text.ts'

it('says a problem in its language, with its instants in local time', () => {
  const { say, format } = createText('en')
  const iso = '2026-11-22T17:19:48.386Z'
  expect(say({ ja: '', en: `held since ${iso}` })).toBe(`held since ${format.dateTime(iso)}`)
  expect(say({ ja: '', en: 'no time in 2026-11-22' })).toBe('no time in 2026-11-22')
})
