import { describe, expect, it } from 'vitest'
import type { Change } from '../../shared/model/change.ts'
import type { Timeline } from '../../shared/model/position.ts'
import { problemOf } from '../embedded/testing/sample.ts'
import { createRecordPool, planReplay } from './replay-plan.ts'

const gaveUp: Timeline = { id: 'B', parent: 'A', fork: 87, generation: 1, lost: [{ first: 72, last: 84 }] }
const change = (number: number): Change => ({
  timeline: 'A',
  number,
  at: '2026-01-01T00:00:00.000Z',
  operator: 'gmadmin',
  action: 'register',
  before: null,
  after: null,
})

describe('what is replayed onto restored data', () => {
  const plan = (number: number, ...found: number[]) => {
    const pool = createRecordPool((one) => one > number)
    for (const one of [...found, 85, 86, 87]) pool.add(change(one))
    pool.learn([gaveUp])
    return planReplay('hq-mas', { position: { timeline: 'A', number }, ancestry: [] }, pool, [])
  }

  it('goes over what was given up without asking again', () => {
    expect(plan(71)).toMatchObject({ reaches: { position: { timeline: 'B', number: 87 } }, gaps: [] })
    expect(plan(71).changes.map(({ number }) => number)).toEqual([85, 86, 87])
  })

  it('leaves out what was given up, though a server that was away still holds it', () => {
    expect(plan(71, 72, 84).changes.map(({ number }) => number)).toEqual([85, 86, 87])
  })

  it('never goes onto data that still hold some of it: such data are of another history', async () => {
    for (const number of [72, 74, 84, 86])
      expect(await problemOf(Promise.resolve().then(() => plan(number)))).toBe('repair-diverged')
  })
})
