import { z } from '../zod.ts'

/** A change's identity: numbers grow by one on a timeline; a restore that leaves repair starts a new timeline (design §4). */
export const positionSchema = z.object({ timeline: z.string(), number: z.number().int().nonnegative() })
export type Position = z.infer<typeof positionSchema>

/** Change numbers from `first` to `last`, both included. */
export const changeRangeSchema = z
  .object({ first: z.number().int().positive(), last: z.number().int().positive() })
  .refine(({ first, last }) => first <= last)
export type ChangeRange = z.infer<typeof changeRangeSchema>

/** Where a timeline left its parent. The domain's first timeline has none. */
export const timelineSchema = z.object({
  id: z.string().min(1),
  parent: z.string().min(1),
  /** The parent's last change that belongs to this timeline too; its own first change has the next number. */
  fork: z.number().int().nonnegative(),
  /** One more than that of every timeline known when it began, the first one's being 0. */
  generation: z.number().int().positive(),
  /** Changes below the fork that nobody held any more and that an operator gave up by number. */
  lost: z.array(changeRangeSchema),
})
export type Timeline = z.infer<typeof timelineSchema>

/** Timelines that are known beside a position, in any order; its own line of descent among them. */
export type Ancestry = readonly Timeline[]

/** A position with what is needed to compare it with one of another timeline. */
export const placeSchema = z.object({ position: positionSchema, ancestry: z.array(timelineSchema) })
export type Place = { readonly position: Position; readonly ancestry: Ancestry }

/**
 * Changes that were made for certain, although no record of them may be left: where archives stand, with every timeline that was known
 * when they were taken, the last heard of last.
 */
export const attestedSchema = z.object({ positions: z.array(positionSchema), ancestry: z.array(timelineSchema) })
export type Attested = { readonly positions: readonly Position[]; readonly ancestry: Ancestry }

/** The line of descent of a timeline, itself first; the domain's first timeline stands in none of them. */
export function descentOf(timeline: string, ancestry: Ancestry): readonly Timeline[] {
  const line: Timeline[] = []
  for (let id: string | undefined = timeline; id !== undefined; ) {
    const found = ancestry.find((one) => one.id === id)
    if (found === undefined || line.includes(found)) break
    line.push(found)
    id = found.parent
  }
  return line
}

/**
 * A timeline that has no change yet ends where it left its parent: the same contents under the parent's name, unless it gave
 * something up that the parent may hold.
 */
export function samePlaceOf(position: Position, ancestry: Ancestry): Position {
  let { timeline } = position
  for (const { parent, fork, lost } of descentOf(timeline, ancestry)) {
    if (position.number > fork || lost.length > 0) break
    timeline = parent
  }
  return { timeline, number: position.number }
}

/** Changes of one timeline, from the first to the last. */
export type Stretch = ChangeRange & { readonly timeline: string }

/** The changes that led to a place, oldest first, by the timelines that made them; what was given up on the way is none of them. */
export function historyOf({ position, ancestry }: Place): readonly Stretch[] {
  const line = descentOf(position.timeline, ancestry)
  const stretches: Stretch[] = []
  let { timeline, number: last } = position
  for (const { parent, fork } of line) {
    stretches.unshift({ timeline, first: fork + 1, last })
    last = Math.min(last, fork)
    timeline = parent
  }
  stretches.unshift({ timeline, first: 1, last })
  const lost = line.flatMap((one) => one.lost)
  return lost.reduce(without, stretches).filter(({ first, last: end }) => first <= end)
}

function without(stretches: readonly Stretch[], lost: ChangeRange): Stretch[] {
  return stretches.flatMap((one) =>
    lost.last < one.first || one.last < lost.first
      ? [one]
      : [
          { ...one, last: lost.first - 1 },
          { ...one, first: lost.last + 1 },
        ],
  )
}

/** Whether a history holds a change. */
export function isPartOf(history: readonly Stretch[], { timeline, number }: Position): boolean {
  return history.some((one) => one.timeline === timeline && one.first <= number && number <= one.last)
}

/** Up to which change a timeline belongs to the history of `of`; null when it is no ancestor of it at all. */
export function sharedUpTo(timeline: string, { position, ancestry }: Place): number | null {
  if (timeline === position.timeline) return position.number
  let limit = position.number
  for (const { parent, fork } of descentOf(position.timeline, ancestry)) {
    limit = Math.min(limit, fork)
    if (parent === timeline) return limit
  }
  return null
}

/**
 * Whether everything up to `position` belongs to the history of `of`: it is there already, or can get there by what follows.
 * From the first change on that was given up, nothing does: a position beyond it may hold what `of` has lost.
 */
export function isAncestor(position: Position, of: Place): boolean {
  const onLine = sharedUpTo(position.timeline, of) !== null
  const { timeline, number } = onLine ? position : samePlaceOf(position, of.ancestry)
  const limit = sharedUpTo(timeline, of)
  if (limit === null || number > limit) return false
  const passed = descentOf(of.position.timeline, of.ancestry).slice(0, descentDepth(timeline, of))
  return !passed.some(({ lost }) => lost.some(({ first }) => number >= first))
}

/**
 * Whether `of` went on from `position`, by changes that are not there, on the line of its very timeline. A timeline without a change of its
 * own is not taken for its parent here: what the parent did beyond the fork was left on purpose.
 */
export function isBehind({ timeline, number }: Position, of: Place): boolean {
  const limit = sharedUpTo(timeline, of)
  return limit !== null && number <= limit && number < of.position.number
}

/** How many timelines were begun between `timeline` and that of `of`. */
function descentDepth(timeline: string, of: Place): number {
  if (timeline === of.position.timeline) return 0
  return descentOf(of.position.timeline, of.ancestry).findIndex(({ parent }) => parent === timeline) + 1
}

/** What two servers know of timelines, together. */
export function joinAncestry(one: Ancestry, other: Ancestry): Ancestry {
  return [...one, ...other.filter(({ id }) => !one.some((known) => known.id === id))]
}
