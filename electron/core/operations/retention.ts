import type { RetentionPolicy } from '../../../shared/model/media.ts'
import { type Ancestry, isAncestor, type Position } from '../../../shared/model/position.ts'

/** What retention has to know of an archive. */
export type KeptArchive = {
  readonly path: string
  readonly host: string
  /** Null: it cannot be put in order with the others, so it is kept. */
  readonly position: Position | null
  /** Its number in the catalog, which grows with each backup; null where none is known. */
  readonly sequence: number | null
  /** ISO 8601. Says which day, week and month it stands for; never which one is newer. */
  readonly startedAt: string
}

export type RetentionReason = 'last' | 'daily' | 'weekly' | 'monthly' | 'protected' | 'unordered'

export type RetentionPlan<Archive> = {
  readonly keep: readonly { readonly archive: Archive; readonly reasons: readonly RetentionReason[] }[]
  readonly discard: readonly Archive[]
}

/**
 * Decides what may go. Newest is told by timeline ancestry, change number and catalog sequence, never by a clock. Of
 * each server the newest `last` are kept, and the newest one of each of the newest days, weeks and months that have one;
 * whatever is protected (what the rule for journals counts) or cannot be put in order stays. Where history has split,
 * each line keeps as much as if it were the only one. Archives of one position that nothing else tells apart count as
 * one and stay or go together. Pure: removes nothing.
 */
export function planRetention<Archive extends KeptArchive>(
  archives: readonly Archive[],
  policy: RetentionPolicy,
  known: { readonly ancestry: Ancestry; readonly isProtected: (archive: Archive) => boolean },
): RetentionPlan<Archive> {
  const reasons = new Map<Archive, Set<RetentionReason>>(archives.map((archive) => [archive, new Set()]))
  const because = (archive: Archive, reason: RetentionReason) => reasons.get(archive)?.add(reason)
  for (const archive of archives) {
    if (archive.position === null) because(archive, 'unordered')
    if (known.isProtected(archive)) because(archive, 'protected')
  }
  for (const host of new Set(archives.map((archive) => archive.host))) {
    const own = archives.filter((archive) => archive.host === host && archive.position !== null)
    for (const line of linesOf(own, known.ancestry)) keepOfLine(line, policy, because)
  }
  const keep = archives.map((archive) => ({ archive, reasons: [...(reasons.get(archive) ?? [])] }))
  return {
    keep: keep.filter((each) => each.reasons.length > 0),
    discard: keep.filter((each) => each.reasons.length === 0).map(({ archive }) => archive),
  }
}

/** Archives of one position and sequence. */
type Slot<Archive> = readonly [Archive, ...Archive[]]

/** Each line of history, newest slot first: what leads to an archive that leads to no other. */
function linesOf<Archive extends KeptArchive>(
  archives: readonly Archive[],
  ancestry: Ancestry,
): readonly (readonly Slot<Archive>[])[] {
  const slots = slotsOf(archives)
  const before = (one: Slot<Archive>, other: Slot<Archive>): boolean => {
    const [a, b] = [one[0], other[0]]
    if (a.position === null || b.position === null || one === other) return false
    if (!isAncestor(a.position, { position: b.position, ancestry })) return false
    // Equal contents are ancestors of one another: the catalog decides.
    return isAncestor(b.position, { position: a.position, ancestry }) ? order(a.sequence) < order(b.sequence) : true
  }
  const heads = slots.filter((slot) => !slots.some((other) => before(slot, other)))
  return heads.map((head) => {
    const line = slots.filter((slot) => slot === head || before(slot, head))
    return line.sort((one, other) => (before(one, other) ? 1 : before(other, one) ? -1 : 0))
  })
}

function order(sequence: number | null): number {
  return sequence ?? -1
}

function slotsOf<Archive extends KeptArchive>(archives: readonly Archive[]): readonly Slot<Archive>[] {
  const slots = new Map<string, [Archive, ...Archive[]]>()
  for (const archive of archives) {
    const key = JSON.stringify([archive.position, archive.sequence])
    const slot = slots.get(key)
    if (slot === undefined) slots.set(key, [archive])
    else slot.push(archive)
  }
  return [...slots.values()]
}

function keepOfLine<Archive extends KeptArchive>(
  line: readonly Slot<Archive>[],
  policy: RetentionPolicy,
  because: (archive: Archive, reason: RetentionReason) => void,
): void {
  for (const slot of line.slice(0, policy.last)) for (const archive of slot) because(archive, 'last')
  for (const [reason, periodOf] of periods) {
    const seen = new Set<string>()
    for (const slot of line) {
      const period = periodOf(new Date(slot[0].startedAt))
      if (seen.has(period)) continue
      if (seen.size >= policy[reason]) break
      seen.add(period)
      for (const archive of slot) because(archive, reason)
    }
  }
}

/** In local time, as an operator names a day; a week is named by its Monday. */
const periods = [
  ['daily', dayOf],
  ['weekly', (at: Date) => dayOf(new Date(at.getFullYear(), at.getMonth(), at.getDate() - ((at.getDay() + 6) % 7)))],
  ['monthly', (at: Date) => `${at.getFullYear()}-${at.getMonth() + 1}`],
] as const

function dayOf(at: Date): string {
  return `${at.getFullYear()}-${at.getMonth() + 1}-${at.getDate()}`
}
