import type { Change } from '../../shared/model/change.ts'
import {
  type Ancestry,
  type Attested,
  type ChangeRange,
  historyOf,
  isAncestor,
  joinAncestry,
  type Place,
  samePlaceOf,
} from '../../shared/model/position.ts'
import { fail } from '../../shared/model/problem.ts'
import type { Damage } from './journal-sources.ts'

/** Records by identity, of whatever timeline, as they are found. The first one found stands. */
export type RecordPool = {
  add(change: Change): void
  /** Timelines that a server knows although no record tells of them. */
  learn(ancestry: Ancestry): void
  get(timeline: string, number: number): Change | undefined
  timelines(): ReadonlyMap<string, number>
  ancestry(): Ancestry
}

/** A pool that keeps only numbers that are `wanted`; the rest is of no use. */
export function createRecordPool(wanted: (number: number) => boolean): RecordPool {
  const byTimeline = new Map<string, Map<number, Change>>()
  const newest = new Map<string, number>()
  let ancestry: Ancestry = []
  return {
    add: (change) => {
      if (change.descent !== undefined) ancestry = joinAncestry(ancestry, change.descent)
      newest.set(change.timeline, Math.max(newest.get(change.timeline) ?? 0, change.number))
      if (!wanted(change.number)) return
      const known = byTimeline.get(change.timeline) ?? new Map<number, Change>()
      byTimeline.set(change.timeline, known)
      if (!known.has(change.number)) known.set(change.number, change)
    },
    learn: (more) => {
      ancestry = joinAncestry(ancestry, more)
    },
    get: (timeline, number) => byTimeline.get(timeline)?.get(number),
    timelines: () => newest,
    ancestry: () => ancestry,
  }
}

export type ReplayPlan = {
  /** What to replay, in order. */
  readonly changes: readonly Change[]
  /** Where the records end, with every timeline that is known. */
  readonly reaches: Place
  /** Changes up to there that nobody holds and that nobody has given up yet. */
  readonly gaps: readonly ChangeRange[]
}

/**
 * Which records bring data from `from` to the newest state that any record tells of, or that is attested. The line is that of the timeline
 * begun last. Throws `repair-diverged` when that line left before `from`, or gave up a change that `from` may hold; `repair-timelines`
 * when two are equally new.
 */
export function planReplay(
  host: string,
  from: Place,
  pool: RecordPool,
  damage: readonly Damage[],
  attested: Attested,
): ReplayPlan {
  const heard = joinAncestry(from.ancestry, pool.ancestry())
  const ancestry = joinAncestry(heard, attested.ancestry)
  const generationOf = (id: string): number => ancestry.find((one) => one.id === id)?.generation ?? 0
  const inForce = new Set([from.position.timeline, ...pool.timelines().keys(), ...heard.map(({ id }) => id)])
  const start = samePlaceOf(from.position, ancestry)
  const heads = [...new Set([...inForce, ...ancestry.map(({ id }) => id)])].map((timeline): Place => {
    const { fork = 0 } = ancestry.find((one) => one.id === timeline) ?? {}
    const told = [from.position, ...attested.positions].filter((one) => one.timeline === timeline)
    const number = Math.max(fork, pool.timelines().get(timeline) ?? 0, ...told.map((one) => one.number))
    return { position: { timeline, number }, ancestry }
  })
  const latest = Math.max(...heads.map(({ position }) => generationOf(position.timeline)))
  const newest = heads.filter(({ position }) => generationOf(position.timeline) === latest)
  const reachable = newest.filter((head) => isAncestor(from.position, head))
  // Of lines that only archives attest, the one heard of last; none of them rivals a line in force.
  const rivals = reachable.filter(({ position }) => inForce.has(position.timeline))
  const head = rivals[0] ?? reachable.at(-1)
  if (head === undefined) throw fail('repair-diverged', { host, number: from.position.number })
  if (rivals.length > 1) {
    throw fail('repair-timelines', { timelines: rivals.map(({ position }) => position.timeline).join(', ') })
  }
  const end = Math.max(head.position.number, ...trailing(head, damage))
  const reaches = { position: { timeline: head.position.timeline, number: end }, ancestry }
  const { changes, missing } = takeHistory(reaches, start.number, pool)
  return { changes, reaches, gaps: missing }
}

/** What a pool holds of the history of `place` after `after`, in order, and what it lacks of that. */
function takeHistory(
  place: Place,
  after: number,
  pool: RecordPool,
): { readonly changes: readonly Change[]; readonly missing: readonly ChangeRange[] } {
  const changes: Change[] = []
  const missing: number[] = []
  for (const { timeline, first, last } of historyOf(place)) {
    for (let number = Math.max(first, after + 1); number <= last; number += 1) {
      const change = pool.get(timeline, number)
      if (change !== undefined) changes.push(change)
      else missing.push(number)
    }
  }
  return { changes, missing: toRanges(missing) }
}

/** Damage at the end of a journal hides changes that no later record betrays, unless another source holds them. */
function trailing(head: Place, damage: readonly Damage[]): readonly number[] {
  // A timeline without a change of its own has no record that could stand before the damage.
  const timelines = [head.position.timeline, samePlaceOf(head.position, head.ancestry).timeline]
  return damage.flatMap(({ after, before, lines }) =>
    before === null && after !== null && timelines.includes(after.timeline) ? [after.number + lines] : [],
  )
}

/** Numbers in ascending order as ranges. */
export function toRanges(numbers: readonly number[]): readonly ChangeRange[] {
  const ranges: { first: number; last: number }[] = []
  for (const number of numbers) {
    const open = ranges.at(-1)
    if (open !== undefined && open.last + 1 === number) open.last = number
    else ranges.push({ first: number, last: number })
  }
  return ranges
}

/** Ranges as an operator reads and types them: `111-115,120`. */
export function rangesText(ranges: readonly ChangeRange[]): string {
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}
