import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs'
import type { Change } from '../../../shared/model/change.ts'
import type { JournalDamage, JournalSummary, Segment } from '../../../shared/model/journal.ts'
import type { Owner } from '../../../shared/model/owner.ts'
import {
  type ChangeRange,
  descentOf,
  type Place,
  type Position,
  samePlaceOf,
  sharedUpTo,
} from '../../../shared/model/position.ts'
import { fail, type ProblemError } from '../../../shared/model/problem.ts'
import {
  cutTornTail,
  type JournalAppender,
  type JournalPlace,
  journalDamage,
  journalHead,
  listDiscarded,
  listSegments,
  mendMetadata,
  notKept,
  openAppender,
  recoverDiscarding,
  recoverSealing,
  sealJournal,
  summarize,
} from '../../formats/journal-folder.ts'
import { encodeRecord } from '../../formats/journal-record.ts'

/** The journals of the domain, open for appending. */
export type Journals = {
  /**
   * Sets how far each journal goes on the line of `place`. Gives the host of one that holds what comes after `place`, or is on
   * a timeline unknown there; null when the database is behind none.
   */
  follow(place: Place): string | null
  /** The smallest change that some journal lacks, by its number; a journal that never held one lacks them all. */
  firstMissing(): number
  /** Appends to every journal what it lacks of `changes`, durably, over what was given up. Throws `journal-failed`. */
  append(changes: readonly Change[]): void
  /**
   * Appends to every journal what it lacks of `changes`, over numbers that were lost, and gives how many each got: only a
   * repair may do that. A journal that never held a record gets them all. Throws `journal-failed`.
   */
  complete(changes: readonly Change[]): ReadonlyMap<string, number>
  list(): readonly JournalSummary[]
  /** Clear = seal. Throws `journal-not-kept`, `journal-failed`, `journal-corrupt`. */
  seal(host: string, by: Owner, now: Date): Segment | null
  close(): void
}

type Open = {
  readonly place: JournalPlace
  appender: JournalAppender
  /** Its last record, whatever timeline that is of. */
  head: Position | null
  /** The last change that it holds of the line being written; null for a journal that never held a record. */
  through: number | null
  summary: JournalSummary
}

/**
 * Opens the journals in the order of `hosts` after a crash at any moment: finishes seals, cuts torn tails (never a whole
 * record), makes metadata anew that cannot be believed, and syncs what a killed process may have written without a sync. `told` hears of
 * each file that was mended. Throws `journal-corrupt`, `journal-failed`.
 */
export function openJournals(
  places: readonly JournalPlace[],
  hosts: readonly string[],
  told: (mended: JournalDamage) => void,
): Journals {
  const all = places.map((place) => openOne(place, told))
  const named = (host: string): Open => {
    const found = all.find((one) => one.place.host === host)
    if (found === undefined) throw fail('journal-not-kept', { host })
    return found
  }
  let givenUp: readonly ChangeRange[] = []
  return {
    follow: (place) => {
      let ahead: string | null = null
      givenUp = descentOf(place.position.timeline, place.ancestry).flatMap(({ lost }) => lost)
      for (const one of all) {
        if (one.head === null) continue
        const { timeline, number } = one.head
        const shared = sharedUpTo(samePlaceOf(one.head, place.ancestry).timeline, place)
        // What stands beyond the end of a timeline that was left behind was given up when that happened.
        if (shared === null || (timeline === place.position.timeline && number > shared)) ahead ??= one.place.host
        else one.through = Math.min(number, shared)
      }
      return ahead
    },
    firstMissing: () => Math.min(Number.MAX_SAFE_INTEGER, ...all.map(({ through }) => (through ?? -1) + 1)),
    append: (changes) => {
      for (const one of all) appendTo(one, changes, (first, last) => isGivenUp(givenUp, first, last))
    },
    complete: (changes) => {
      const added = new Map<string, number>()
      for (const one of all)
        added.set(
          one.place.host,
          appendTo(one, changes, () => true),
        )
      const end = changes.at(-1)?.number ?? -1
      for (const one of all) if (one.through !== null && one.through < end) one.through = end
      return added
    },
    list: () =>
      hosts.map((host) => {
        const one = all.find(({ place }) => place.host === host)
        return one ? withSegments(one) : notKept(host)
      }),
    seal: (host, by, now) => {
      const one = named(host)
      one.appender.close()
      try {
        return sealJournal(one.place, by, now)
      } finally {
        one.appender = openAppender(one.place.file)
        one.summary = summarize(one.place)
      }
    },
    close: () => {
      for (const { appender } of all) appender.close()
    },
  }
}

function openOne(place: JournalPlace, told: (mended: JournalDamage) => void): Open {
  recoverSealing(place)
  recoverDiscarding(place)
  for (const mended of mendMetadata(place)) told(mended)
  cutTornTail(place.file)
  if (existsSync(place.file)) {
    const fd = openSync(place.file, 'r+')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  }
  const head = journalHead(place)
  const through = head?.number ?? null
  return { place, appender: openAppender(place.file), head, through, summary: summarize(place) }
}

/** Segments are discarded by runs, behind this service's back; one that goes while we look is told as it was before. */
function withSegments({ place, summary }: Open): JournalSummary {
  try {
    return {
      ...summary,
      segments: [...listSegments(place, summary.segments)],
      discarded: [...listDiscarded(place)],
      damage: [...journalDamage(place)],
    }
  } catch {
    return summary
  }
}

/** Whether each of these numbers is one that an operator gave up. */
function isGivenUp(ranges: readonly ChangeRange[], first: number, last: number): boolean {
  for (let number = first; number <= last; number += 1)
    if (!ranges.some((range) => range.first <= number && number <= range.last)) return false
  return true
}

/** `mayLack`: whether a journal may go on without these numbers. */
function appendTo(one: Open, changes: readonly Change[], mayLack: (first: number, last: number) => boolean): number {
  const lines: Buffer[] = []
  let { head, through, summary } = one
  for (const change of changes) {
    if (through !== null && change.number <= through) continue
    if (through !== null && change.number > through + 1 && !mayLack(through + 1, change.number - 1))
      throw gap(one.place.file, through, change.number)
    const line = encodeRecord({ ...change, previous: head })
    lines.push(line)
    head = { timeline: change.timeline, number: change.number }
    through = change.number
    summary = {
      ...summary,
      records: summary.records + 1,
      bytes: summary.bytes + line.length,
      oldest: summary.oldest === null || change.at < summary.oldest ? change.at : summary.oldest,
      newest: summary.newest === null || change.at > summary.newest ? change.at : summary.newest,
      first: summary.first ?? head,
      last: head,
    }
  }
  if (lines.length === 0) return 0
  one.appender.append(lines)
  one.head = head
  one.through = through
  one.summary = summary
  return lines.length
}

/** The outbox no longer holds what this journal lacks: going on would hide that from every later reader. */
function gap(file: string, last: number, next: number): ProblemError {
  return fail('journal-failed', { file, text: `it ends with change ${last}, and the next one known is ${next}` })
}
