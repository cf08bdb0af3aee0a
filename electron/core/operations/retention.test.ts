import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Ancestry } from '../../../shared/model/position.ts'
import { type KeptArchive, planRetention } from './retention.ts'

// Defects that break it: a clock that was set back decides what is newest, an archive that journals lean on goes.
const archive = (number: number, day: string, more: Partial<KeptArchive> = {}): KeptArchive => ({
  path: `/backup/${more.position?.timeline ?? 'a'}-${number}-${more.sequence ?? ''}-${more.host ?? ''}`,
  host: 'hq-mas',
  position: { timeline: 'a', number },
  sequence: number,
  startedAt: `${day}T03:00:00.000Z`,
  ...more,
})
const nothing = { last: 1, daily: 0, weekly: 0, monthly: 0 }
const plan = (
  archives: readonly KeptArchive[],
  policy: Partial<typeof nothing>,
  ancestry: Ancestry = [],
  guard = () => false,
) => planRetention(archives, { ...nothing, ...policy }, { ancestry, isProtected: guard })
const kept = (...given: Parameters<typeof plan>) =>
  plan(...given)
    .keep.map(({ archive: { position } }) => `${position?.timeline}${position?.number}`)
    .sort()

describe('retention', () => {
  it('keeps the last by change number, whatever the clock said', () => {
    const archives = [archive(30, '2020-01-01'), archive(10, '2026-11-20'), archive(20, '2031-01-01')]
    expect(kept(archives, { last: 1 })).toEqual(['a30'])
    expect(kept(archives, { last: 2 })).toEqual(['a20', 'a30'])
  })

  it('keeps the newest of each of the newest days, weeks and months', () => {
    const archives = [
      archive(1, '2026-09-30'),
      archive(2, '2026-10-31'),
      archive(3, '2026-11-16'),
      archive(4, '2026-11-20'),
      archive(5, '2026-11-21'),
      { ...archive(6, '2026-11-21'), startedAt: '2026-11-21T05:00:00.000Z' },
    ]
    expect(kept(archives, { daily: 3 })).toEqual(['a3', 'a4', 'a6'])
    expect(kept(archives, { weekly: 2 })).toEqual(['a2', 'a6'])
    expect(kept(archives, { monthly: 3 })).toEqual(['a1', 'a2', 'a6'])
  })

  it('follows timelines: what was given up by a restore is a line of its own', () => {
    const ancestry: Ancestry = [{ id: 'b', parent: 'a', fork: 20, generation: 1, lost: [] }]
    const on = (timeline: string, number: number) => archive(number, '2026-11-20', { position: { timeline, number } })
    const archives = [on('a', 10), on('a', 20), on('a', 30), on('b', 21), on('b', 25)]
    // a30 lies past the fork: no history of b25, so nobody can say that it is older.
    expect(kept(archives, { last: 1 }, ancestry)).toEqual(['a30', 'b25'])
    expect(kept(archives, { last: 3 }, ancestry)).toEqual(['a10', 'a20', 'a30', 'b21', 'b25'])
    // Without knowing where b came from, nothing of either line is newer.
    expect(kept(archives, { last: 1 })).toEqual(['a30', 'b25'])
  })

  it('goes by the catalog among archives of one position, and keeps together what nothing tells apart', () => {
    const one = archive(5, '2026-11-20', { sequence: 7 })
    const other = archive(5, '2026-11-20', { sequence: 8 })
    expect(plan([one, other], {}).discard).toEqual([one])
    const twins = [
      archive(5, '2026-11-20', { sequence: null }),
      archive(5, '2026-11-21', { sequence: null, path: '/x' }),
    ]
    expect(plan(twins, {}).discard).toEqual([])
  })

  it('keeps what is protected and what has no place in the order, and each server its own', () => {
    const archives = [
      archive(1, '2026-11-20'),
      archive(2, '2026-11-20'),
      archive(3, '2026-11-20'),
      archive(1, '2026-11-20', { host: 'tk-ml1' }),
      archive(9, '2026-11-20', { position: null, path: '/unknown' }),
    ]
    const [first] = archives
    const guard = (each?: KeptArchive) => each === first
    const { keep, discard } = planRetention(archives, nothing, { ancestry: [], isProtected: guard })
    expect(discard).toEqual([archives[1]])
    expect(keep.map(({ reasons }) => reasons)).toEqual([['protected'], ['last'], ['last'], ['unordered']])
  })

  it('depends on the order of numbers alone, not on that of times or names', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 3000 }), (given, last, drift) => {
        const archives = given.map((number, index) =>
          archive(number, new Date(Date.UTC(2026, 0, 1 + ((index * drift) % 300))).toISOString().slice(0, 10)),
        )
        const wanted = [...given].sort((a, b) => b - a).slice(0, last)
        expect(kept(archives, { last })).toEqual(wanted.map((number) => `a${number}`).sort())
      }),
    )
  })
})
