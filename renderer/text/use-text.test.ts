import { expect, it } from 'vitest'
import { createText } from './use-text.ts'

it('tells a problem as sentences, whether or not its message has a full stop', () => {
  const problem = {
    message: { ja: '接続できません', en: 'No connection' },
    remedy: { ja: '起動してください。', en: 'Start it.' },
  }
  expect(createText('ja').tell(problem)).toBe('接続できません。起動してください。')
  expect(createText('en').tell(problem)).toBe('No connection. Start it.')
  const ended = { ...problem, message: { ja: '終わりました。', en: 'It ended.' } }
  expect(createText('ja').tell(ended)).toBe('終わりました。起動してください。')
  expect(createText('en').tell(ended)).toBe('It ended. Start it.')
})

it('says a problem in its language, with its instants in local time', () => {
  const { say, format } = createText('en')
  const iso = '2026-11-22T17:19:48.386Z'
  expect(say({ ja: '', en: `held since ${iso}` })).toBe(`held since ${format.dateTime(iso)}`)
  expect(say({ ja: '', en: 'no time in 2026-11-22' })).toBe('no time in 2026-11-22')
})
