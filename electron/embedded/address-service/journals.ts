import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs'
import type { Change } from '../../../shared/model/change.ts'
import type { JournalSummary, Segment } from '../../../shared/model/journal.ts'
import type { Owner } from '../../../shared/model/owner.ts'
import type { Position } from '../../../shared/model/position.ts'
import { fail, type ProblemError } from '../../../shared/model/problem.ts'
import {
  cutTornTail,
  type JournalAppender,
  type JournalPlace,
  journalHead,
  notKept,
  openAppender,
  recoverSealing,
  sealJournal,
  summarize,
} from '../../formats/journal-folder.ts'
import { encodeRecord } from '../../formats/journal-record.ts'

/** The journals of the domain, open for appending. */
export type Journals = {
  /** The newest record that any journal holds; null when none has ever held one. */
  newest(): { readonly host: string; readonly position: Position } | null
  /** The smallest change that some journal lacks, by its number; a journal that never held one lacks them all. */
  firstMissing(): number
  /** Appends to every journal what it lacks of `changes`, durably. Throws `journal-failed`. */
  append(changes: readonly Change[]): void
  list(): readonly JournalSummary[]
  /** Clear = seal. Throws `journal-not-kept`, `journal-failed`, `journal-corrupt`. */
  seal(host: string, by: Owner, now: Date): Segment | null
  close(): void
}

type Open = { readonly place: JournalPlace; appender: JournalAppender; head: Position | null; summary: JournalSummary }

/**
 * Opens the journals in the order of `hosts` after a crash at any moment: finishes seals, cuts torn tails (never a whole
 * record), and syncs what a killed process may have written without a sync. Throws `journal-corrupt`, `journal-failed`.
 */
export function openJournals(places: readonly JournalPlace[], hosts: readonly string[]): Journals {
  const all = places.map(openOne)
  const named = (host: string): Open => {
    const found = all.find((one) => one.place.host === host)
    if (found === undefined) throw fail('journal-not-kept', { host })
    return found
  }
  return {
    newest: () =>
      all.reduce<ReturnType<Journals['newest']>>(
        (best, { place, head }) =>
          head !== null && head.number > (best?.position.number ?? -1) ? { host: place.host, position: head } : best,
        null,
      ),
    firstMissing: () => Math.min(Number.MAX_SAFE_INTEGER, ...all.map(({ head }) => (head?.number ?? -1) + 1)),
    append: (changes) => {
      for (const one of all) appendTo(one, changes)
    },
    list: () => hosts.map((host) => all.find((one) => one.place.host === host)?.summary ?? notKept(host)),
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

function openOne(place: JournalPlace): Open {
  recoverSealing(place)
  cutTornTail(place.file)
  if (existsSync(place.file)) {
    const fd = openSync(place.file, 'r+')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  }
  return { place, appender: openAppender(place.file), head: journalHead(place), summary: summarize(place) }
}

function appendTo(one: Open, changes: readonly Change[]): void {
  const lines: Buffer[] = []
  let { head } = one
  let { summary } = one
  for (const change of changes) {
    if (head !== null && change.number <= head.number) continue
    if (head !== null && change.number > head.number + 1) throw gap(one.place.file, head.number, change.number)
    const line = encodeRecord({ ...change, previous: head })
    lines.push(line)
    head = { timeline: change.timeline, number: change.number }
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
  if (lines.length === 0) return
  one.appender.append(lines)
  one.head = head
  one.summary = summary
}

/** The outbox no longer holds what this journal lacks: going on would hide that from every later reader. */
function gap(file: string, last: number, next: number): ProblemError {
  return fail('journal-failed', { file, text: `it ends with change ${last}, and the next one known is ${next}` })
}
