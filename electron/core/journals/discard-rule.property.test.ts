import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CatalogEntry } from '../../../shared/model/catalog.ts'
import type { Segment } from '../../../shared/model/journal.ts'
import type { Place } from '../../../shared/model/position.ts'
import { countingArchives, discardable } from './discard-rule.ts'

// Two timelines: `a` up to its last change, and `b`, which left it at `fork` after a restore. Which one the domain is on decides.
type World = {
  readonly fork: number
  readonly onB: boolean
  readonly cover: number
  readonly ends: readonly { readonly number: number; readonly b: boolean }[]
  readonly archives: readonly {
    readonly number: number
    readonly b: boolean
    readonly verified: boolean
    readonly opened: boolean
    readonly present: boolean
  }[]
}

const number = fc.integer({ min: 1, max: 12 })
const world: fc.Arbitrary<World> = fc.record({
  fork: fc.integer({ min: 1, max: 10 }),
  onB: fc.boolean(),
  cover: fc.integer({ min: 1, max: 3 }),
  ends: fc.array(fc.record({ number, b: fc.boolean() }), { maxLength: 6 }),
  archives: fc.array(
    fc.record({
      number,
      b: fc.boolean(),
      verified: fc.boolean(),
      opened: fc.boolean(),
      present: fc.boolean(),
    }),
    { maxLength: 7 },
  ),
})

const positionOf = ({ number: value, b }: { readonly number: number; readonly b: boolean }) => ({
  timeline: b ? 'b' : 'a',
  number: value,
})

/** By the model: whether whoever stands at `at` has lived through `change`. */
function lived(change: World['ends'][number], at: World['ends'][number], fork: number): boolean {
  const shared = !change.b || change.number <= fork
  if (at.b) return change.b ? change.number <= at.number : change.number <= Math.min(at.number, fork)
  return shared && change.number <= at.number
}

function run({ fork, onB, cover, ends, archives }: World) {
  const line: Place = {
    position: { timeline: onB ? 'b' : 'a', number: 99 },
    ancestry: [{ id: 'b', parent: 'a', fork, generation: 1, lost: [] }],
  }
  const segments = ends.map((end, index): Segment => {
    const content = { records: 1, bytes: 1, oldest: null, newest: null, first: null, last: positionOf(end) }
    const clearedBy = { operator: 'o', host: 'h', pid: 1, kind: 'command' as const }
    return { ...content, id: index + 1, host: 'h', clearedAt: '', clearedBy }
  })
  const entries = archives.map((archive, index): CatalogEntry => {
    const common = { at: '', path: `/${index}`, host: 'h', runId: 'r', setId: 'r', bytes: 1, sha256: '', copies: [] }
    const verifiedAt = archive.verified ? 'x' : null
    const databaseCheckedAt = archive.opened ? 'x' : null
    return {
      ...common,
      sequence: index + 1,
      position: positionOf(archive),
      verifiedAt,
      databaseCheckedAt,
      volumes: null,
      setComplete: true,
      ancestry: [],
    }
  })
  const counting = countingArchives(entries, line, ({ sequence }) => archives[sequence - 1]?.present === true)
  return discardable(segments, counting, line, cover)
}

test('never discards what the rule keeps, whatever was archived, verified, lost or restored', () => {
  fc.assert(
    fc.property(world, (given) => {
      const { fork, onB, cover, ends, archives } = given
      for (const { segment, coveredBy } of run(given)) {
        const end = ends[segment.id - 1] ?? { number: 0, b: false }
        expect(segment.id).not.toBe(ends.length)
        expect(coveredBy).toHaveLength(cover)
        const good = archives.filter((archive) => archive.verified && archive.opened && archive.present)
        const here = good.filter((archive) => lived(archive, { number: 99, b: onB }, fork))
        expect(coveredBy.length).toBeLessThanOrEqual(here.length)
        // Every archive that counts and is newer than a covering one covers, too.
        for (const { sequence } of coveredBy) {
          const archive = archives[sequence - 1]
          expect(archive && here.includes(archive)).toBe(true)
          if (archive) expect(lived(end, archive, fork)).toBe(true)
        }
        const newest = Math.max(...here.map((archive) => archive.number))
        expect(coveredBy.some(({ sequence }) => archives[sequence - 1]?.number === newest)).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})

test('discards what two archives cover, and not what one does', () => {
  const good = { b: false, verified: true, opened: true, present: true }
  const ends = [3, 6, 9].map((value) => ({ number: value, b: false }))
  const base = { fork: 20, onB: false, cover: 2, ends }
  const of = (...numbers: number[]) => run({ ...base, archives: numbers.map((value) => ({ ...good, number: value })) })
  expect(of(3, 6).map(({ segment }) => segment.id)).toEqual([1])
  expect(of(6, 9).map(({ segment }) => segment.id)).toEqual([1, 2])
  expect(of(9)).toEqual([])
})
