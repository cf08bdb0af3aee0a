import { expect, test } from 'vitest'
import { cronAfter, parseCron } from './cron-expression.ts'

// Defects that break it: a weekday that counts from another day than Sunday, days of month and week joined where cron takes either,
// a step that begins at zero, an expression that cron refuses and we install.
const from = new Date(2026, 10, 22, 12, 30)
const text = (date: Date) => {
  const two = (number: number) => String(number).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}
const next = (expression: string, count = 2) => {
  const parsed = parseCron(expression)
  if (!parsed) throw new Error(`not understood: ${expression}`)
  return cronAfter(parsed, from, count).map(text)
}

test('where the clocks go forward no time is told twice, nor out of order', () => {
  const before = process.env.TZ
  process.env.TZ = 'Europe/Berlin'
  try {
    const parsed = parseCron('0,30 2,3 * * *')
    const times = parsed === null ? [] : cronAfter(parsed, new Date(2026, 2, 29, 0, 0), 4).map(text)
    expect(times).toEqual(['2026-03-29 03:00', '2026-03-29 03:30', '2026-03-30 02:00', '2026-03-30 02:30'])
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
})

test.each([
  ['* * * * *', ['2026-11-22 12:31', '2026-11-22 12:32']],
  ['0 2 * * *', ['2026-11-23 02:00', '2026-11-24 02:00']],
  ['30 12 * * *', ['2026-11-23 12:30', '2026-11-24 12:30']],
  ['*/20 1-2 * * *', ['2026-11-23 01:00', '2026-11-23 01:20']],
  ['5,10 3 * * 1-5', ['2026-11-23 03:05', '2026-11-23 03:10']],
  ['0 3 * * sat', ['2026-11-28 03:00', '2026-12-05 03:00']],
  ['0 3 * * 7', ['2026-11-29 03:00', '2026-12-06 03:00']],
  ['0 3 1 * *', ['2026-12-01 03:00', '2027-01-01 03:00']],
  ['0 3 1 * Mon', ['2026-11-23 03:00', '2026-11-30 03:00']],
  ['0 3 */2 * 1', ['2026-11-23 03:00', '2026-12-07 03:00']],
  ['0 3 29 feb *', ['2028-02-29 03:00', '2032-02-29 03:00']],
  ['0 3 30 2 *', []],
  ['10-30/10 0 * 12 *', ['2026-12-01 00:10', '2026-12-01 00:20']],
])('%s', (expression, expected) => {
  expect(next(expression)).toEqual(expected)
})

test.each([
  '',
  '* * * *',
  '* * * * * *',
  '60 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * * 13 *',
  '* * * * 8',
  '5/2 * * * *',
])('cron does not understand "%s"', (expression) => {
  expect(parseCron(expression)).toBeNull()
})

test.each([
  '5-1 * * * *',
  '*/0 * * * *',
  'a * * * *',
  '1,,2 * * * *',
  '*  * * * *',
  '@daily',
  '* * * * monday',
  '-1 * * * *',
])('nor "%s"', (expression) => {
  expect(parseCron(expression)).toBeNull()
})
