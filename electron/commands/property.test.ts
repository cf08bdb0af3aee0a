import { appendFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { live } from './testing/property/history.ts'
import { history } from './testing/property/operations.ts'
import { openStage, type Stage } from './testing/property/template.ts'

/** A seeded sample; `npm run soak -- property` lives others, a line of the file that it names for each. */
const runs = Number(process.env.UNTENSEKI_PROPERTY_RUNS ?? 5)
const seed = Number(process.env.UNTENSEKI_PROPERTY_SEED ?? 601)
const from = Number(process.env.UNTENSEKI_PROPERTY_FROM ?? 0)
const report = process.env.UNTENSEKI_PROPERTY_REPORT

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
}, 180_000)
afterAll(() => stage?.remove(), 120_000)

/** The n-th history of a seed is the same however many are lived. */
const histories = fc
  .sample(history, { seed, numRuns: from + runs })
  .slice(from)
  .map((one, index) => ({ one, path: from + index }))

test('after any history the domain holds all that it acknowledged, but what was listed as lost and given up', {
  timeout: runs * 600_000,
}, async () => {
  const wrong: string[] = []
  let givenUp = 0
  for (const { one, path } of histories) {
    const verdict = await live(stage, one)
    givenUp += verdict.givenUp
    if (report !== undefined) appendFileSync(report, `${JSON.stringify({ seed, path, ...verdict })}\n`)
    wrong.push(...verdict.wrong.map((text) => `seed ${seed}, path ${path}: ${verdict.done.join(' → ')}: ${text}`))
    if (report === undefined && wrong.length > 0) break
  }
  expect(wrong).toEqual([])
  if (report === undefined) expect(givenUp).toBeGreaterThan(0)
})
