import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runIdSchema } from '../../../shared/model/run-id.ts'
import { newRunId } from './run-id.ts'

// Defects that break it: two runs of one second whose ids sort by chance, a clock that was set back and puts a run before an older one.
test('a run sorts after every run before it, within a second, after the clock was set back, and when a second is used up', () => {
  const moments = fc.array(fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2099, 0) }), {
    minLength: 2,
    maxLength: 20,
  })
  const sameSecond = fc.array(fc.integer({ min: Date.UTC(2026, 10, 22, 2), max: Date.UTC(2026, 10, 22, 2) + 999 }), {
    minLength: 50,
    maxLength: 50,
  })
  const firsts = fc.constantFrom<(string | null)[]>(
    null,
    '20261122T020000Z-ffffff',
    '20261231T235959Z-ffffff',
    '20261122T020000Z-1a2b3c',
  )
  fc.assert(
    fc.property(fc.oneof(moments, sameSecond), firsts, (times, first) => {
      let newest: string | null = first
      for (const time of times) {
        const id = newRunId(new Date(time), newest)
        expect(runIdSchema.safeParse(id).success).toBe(true)
        if (newest !== null) expect(id > newest, `${id} after ${newest}`).toBe(true)
        newest = id
      }
    }),
    { numRuns: 200 },
  )
})

test('a run of a later second bears its own second', () => {
  expect(newRunId(new Date('2026-11-22T02:00:15.900Z'), '20261122T020014Z-ffffff')).toMatch(/^20261122T020015Z-0/)
  expect(newRunId(new Date('2026-11-22T02:00:14.100Z'))).toMatch(/^20261122T020014Z-0/)
})
