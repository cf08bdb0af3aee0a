import { expect, it } from 'vitest'
import { createFormat, ownerName } from './format.ts'

const newYear = () => new Date('2025-12-31T15:00:00Z')
const ja = createFormat('ja', 'Asia/Tokyo', newYear)
const en = createFormat('en', 'Asia/Tokyo', newYear)

it.each([
  [0, '0 B'],
  [1023, '1,023 B'],
  [1024, '1 KB'],
  [36_660, '35.8 KB'],
  [2_000_000_000, '1.9 GB'],
  [5 * 1024 ** 5, '5,120 TB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(ja.bytes(bytes)).toBe(text)
})

it.each([
  [-5, '0:00'],
  [999, '0:00'],
  [61_000, '1:01'],
  [3_661_000, '1:01:01'],
])('writes %d ms as %s', (ms, text) => {
  expect(ja.duration(ms)).toBe(text)
})

it('never rounds a share up to the whole', () => {
  expect(ja.percent(0.9999)).toBe('99%')
  expect(ja.percent(1)).toBe('100%')
})

it('writes local times as each language does', () => {
  expect(ja.dateTime('2026-11-21T17:10:05Z')).toBe('11/22 02:10:05')
  expect(en.dateTime('2026-11-21T17:10:05Z')).toBe('22 Nov, 02:10:05')
  expect(ja.dateTime('2025-12-31T14:59:59Z')).toBe('2025/12/31 23:59:59')
  expect(en.dateTime('2025-12-31T14:59:59Z')).toBe('31 Dec 2025, 23:59:59')
  expect(en.dateTime('no time')).toBe('no time')
  expect(ja.time('2026-11-21T17:10:05Z')).toBe('02:10:05')
  expect(ja.time('no time')).toBe('no time')
})

it('names an owner by operator and host', () => {
  expect(ownerName({ operator: 'gmadmin', host: 'console1', pid: 1, kind: 'console' })).toBe('gmadmin@console1')
})
