import fc from 'fast-check'
import { expect, test } from 'vitest'
import { history, live } from './testing/property/history.ts'

/** A seeded sample; `UNTENSEKI_PROPERTY_RUNS` and `UNTENSEKI_PROPERTY_SEED` live as many others as one likes, a line each. */
const runs = Number(process.env.UNTENSEKI_PROPERTY_RUNS ?? 2)
const seed = Number(process.env.UNTENSEKI_PROPERTY_SEED ?? 20261122)

test('after any history of registrations, clears, backups, kills, full disks and restores the domain holds all that it acknowledged', {
  timeout: runs * 600_000,
}, async () => {
  let count = 0
  await fc.assert(
    fc.asyncProperty(history, async (operations) => {
      count += 1
      const begun = performance.now()
      const { done, acknowledged, wrong } = await live(operations)
      const seconds = Math.round((performance.now() - begun) / 1000)
      if (runs > 2)
        console.log(`| ${count} | ${seconds} s | ${acknowledged} | ${done.join(' → ')} | ${wrong.join('; ') || 'ok'} |`)
      expect(wrong, done.join(' → ')).toEqual([])
    }),
    { numRuns: runs, seed, endOnFailure: true },
  )
})
