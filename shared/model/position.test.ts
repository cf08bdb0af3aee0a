import { describe, expect, it } from 'vitest'
import { historyOf, isAncestor, isBehind, type Place, samePlaceOf, sharedUpTo, type Timeline } from './position.ts'

const b: Timeline = { id: 'B', parent: 'A', fork: 120, generation: 1, lost: [] }
const c: Timeline = { id: 'C', parent: 'B', fork: 130, generation: 2, lost: [] }
const lossy: Timeline = { ...b, lost: [{ first: 111, last: 115 }] }
const at = (timeline: string, number: number, ...ancestry: Timeline[]): Place => ({
  position: { timeline, number },
  ancestry,
})

describe('positions on timelines', () => {
  it('belong to a history up to where the next timeline left', () => {
    const now = at('C', 140, c, b)
    expect(sharedUpTo('A', now)).toBe(120)
    expect(sharedUpTo('B', now)).toBe(130)
    expect(sharedUpTo('X', now)).toBeNull()
    const of = (timeline: string, number: number) => isAncestor({ timeline, number }, now)
    expect([of('A', 120), of('A', 121), of('B', 130), of('B', 131), of('C', 140), of('C', 141)]).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ])
  })

  it('were led to by the changes of each timeline up to where the next one left, but for what was given up', () => {
    const text = (place: Place) => historyOf(place).map(({ timeline, first, last }) => `${timeline} ${first}-${last}`)
    expect(text(at('A', 7))).toEqual(['A 1-7'])
    expect(text(at('A', 0))).toEqual([])
    expect(text(at('C', 140, b, c))).toEqual(['A 1-120', 'B 121-130', 'C 131-140'])
    expect(text(at('C', 125, c, b))).toEqual(['A 1-120', 'B 121-125'])
    expect(text(at('B', 121, lossy))).toEqual(['A 1-110', 'A 116-120', 'B 121-121'])
    expect(text(at('B', 113, lossy))).toEqual(['A 1-110'])
    const across: Timeline = { ...c, lost: [{ first: 119, last: 122 }] }
    expect(text(at('C', 131, across, lossy))).toEqual(['A 1-110', 'A 116-118', 'B 123-130', 'C 131-131'])
  })

  it('are behind where another went on from their very timeline', () => {
    const now = at('C', 140, c, b)
    const of = (timeline: string, number: number, other = now) => isBehind({ timeline, number }, other)
    expect([of('C', 139), of('C', 140), of('C', 141)]).toEqual([true, false, false])
    expect([of('B', 130), of('B', 131), of('A', 120), of('A', 121), of('X', 1)]).toEqual([
      true,
      false,
      true,
      false,
      false,
    ])
    expect(of('B', 120, at('A', 125, b))).toBe(false)
    expect(of('A', 113, at('B', 121, lossy))).toBe(true)
  })

  it('are the same where a timeline has no change of its own yet', () => {
    expect(samePlaceOf({ timeline: 'C', number: 120 }, [{ ...c, fork: 120 }, b])).toEqual({
      timeline: 'A',
      number: 120,
    })
    const other: Timeline = { ...b, id: 'D', generation: 2 }
    expect(isAncestor({ timeline: 'B', number: 120 }, at('D', 125, other, b))).toBe(true)
    expect(isAncestor({ timeline: 'B', number: 121 }, at('D', 125, other, b))).toBe(false)
  })

  it('are not the same where a timeline gave something up, though it has no change of its own yet', () => {
    const empty: Timeline = { ...lossy, fork: 117 }
    expect(samePlaceOf({ timeline: 'B', number: 117 }, [empty])).toEqual({ timeline: 'B', number: 117 })
    const beside: Timeline = { ...b, id: 'D', fork: 117, generation: 2 }
    expect(isAncestor({ timeline: 'B', number: 117 }, at('D', 125, beside, empty))).toBe(false)
    const after: Timeline = { ...c, fork: 117 }
    const of = (timeline: string, number: number) => isAncestor({ timeline, number }, at('C', 125, after, empty))
    expect([of('B', 117), of('A', 110), of('A', 114), of('A', 117)]).toEqual([true, true, false, false])
  })

  it('are not trusted beyond a change that was given up, but on the timeline that gave it up', () => {
    const of = (timeline: string, number: number) => isAncestor({ timeline, number }, at('B', 120, lossy))
    expect([of('A', 110), of('A', 111), of('A', 118), of('B', 120)]).toEqual([true, false, false, true])
  })
})
