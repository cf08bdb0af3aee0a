import { describe, expect, it } from 'vitest'
import type { Change } from '../../shared/model/change.ts'
import type { Attested, Timeline } from '../../shared/model/position.ts'
import { problemOf } from '../embedded/testing/sample.ts'
import { createRecordPool, planReplay } from './replay-plan.ts'

const gaveUp: Timeline = { id: 'B', parent: 'A', fork: 87, generation: 1, lost: [{ first: 72, last: 84 }] }
const nothing: Attested = { positions: [], ancestry: [] }
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
    return planReplay('hq-mas', { position: { timeline: 'A', number }, ancestry: [] }, pool, [], nothing)
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

describe('what only archives attest', () => {
  const child = (id: string, fork: number, generation = 1): Timeline => ({
    id,
    parent: 'A',
    fork,
    generation,
    lost: [],
  })
  const from = { position: { timeline: 'A', number: 71 }, ancestry: [] }
  const plan = (attested: Attested, found: readonly number[] = [], learnt: readonly Timeline[] = []) => {
    const pool = createRecordPool((one) => one > 71)
    for (const one of found) pool.add(change(one))
    pool.learn(learnt)
    return planReplay('hq-mas', from, pool, [], attested)
  }
  const at = (timeline: string, number: number) => ({ timeline, number })

  it('is missed where no record of it is left, behind the last record too', () => {
    const attested = { positions: [at('A', 89)], ancestry: [] }
    expect(plan(attested)).toMatchObject({ reaches: { position: at('A', 89) }, gaps: [{ first: 72, last: 89 }] })
    expect(plan(attested, [72, 73, 80]).gaps).toEqual([
      { first: 74, last: 79 },
      { first: 81, last: 89 },
    ])
    expect(plan({ positions: [at('A', 60)], ancestry: [] }, [72]).gaps).toEqual([])
  })

  it('of a timeline that nothing else tells of, it leads there', () => {
    const attested = { positions: [at('A', 80), at('B', 92)], ancestry: [child('B', 75)] }
    expect(plan(attested, [72, 73, 74, 75, 76])).toMatchObject({
      reaches: { position: at('B', 92) },
      gaps: [{ first: 76, last: 92 }],
    })
  })

  it('never rivals a line in force that is as new, nor one that is newer', () => {
    const attested = { positions: [at('B', 92)], ancestry: [child('B', 75)] }
    expect(plan(attested, [72], [child('C', 72)])).toMatchObject({ reaches: { position: at('C', 72) }, gaps: [] })
    expect(plan(attested, [72], [child('C', 72, 2)])).toMatchObject({ reaches: { position: at('C', 72) }, gaps: [] })
  })

  it('of two lines that only archives tell of, the one heard of last counts', () => {
    const attested = { positions: [at('B', 92)], ancestry: [child('B', 75), child('C', 72)] }
    expect(plan(attested)).toMatchObject({ reaches: { position: at('C', 72) }, gaps: [{ first: 72, last: 72 }] })
  })

  it('on a line that was left it is of no matter', () => {
    expect(plan({ positions: [at('X', 900)], ancestry: [] }).gaps).toEqual([])
  })
})
