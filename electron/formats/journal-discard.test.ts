import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Owner } from '../../shared/model/owner.ts'
import {
  discardSegment,
  type JournalPlace,
  journalHead,
  listDiscarded,
  openAppender,
  recoverDiscarding,
  sealJournal,
  summarize,
} from './journal-folder.ts'
import { encodeRecord } from './journal-record.ts'
import { bundleChild, killPoint, startChild } from './testing/child.ts'
import { masterPlace, sampleRecords, withFolder } from './testing/sample.ts'

const owner: Owner = { operator: 'gmadmin', host: 'console1', pid: 4711, kind: 'console' }
const now = new Date('2026-11-22T02:00:14Z')
const discard = { by: owner, now, coveredBy: ['/backup/a.tar.zst', '/backup/b.tar.zst'] }

const kept = { discardedBy: owner, coveredBy: discard.coveredBy }

/** A journal with two sealed segments of two records each. */
function twiceSealed(folder: string): JournalPlace {
  const place = masterPlace(folder)
  for (const first of [1, 3]) {
    const appender = openAppender(place.file)
    appender.append(sampleRecords(2, first).map(encodeRecord))
    appender.close()
    sealJournal(place, owner, now)
  }
  return place
}

test('a discarded segment leaves its line of record, and the journal goes on from where it stood', () =>
  withFolder((folder) => {
    const place = twiceSealed(folder)
    const row = discardSegment(place, 1, discard)
    expect(row).toMatchObject({ id: 1, records: 2, last: { number: 2 }, discardedAt: now.toISOString(), ...kept })
    expect(listDiscarded(place)).toEqual([row])
    expect(summarize(place)).toMatchObject({ segments: [{ id: 2 }], discarded: [row] })
    expect(discardSegment(place, 1, discard)).toBeNull()
    expect(discardSegment(place, 7, discard)).toBeNull()
    discardSegment(place, 2, discard)
    expect(readdirSync(place.sealedFolder)).toEqual(['discarded.jsonl'])
    expect(journalHead(place)).toEqual({ timeline: 't1', number: 4 })
  }))

// A defect that breaks it: records removed before their line of record is durable.
test('killed at any moment, it leaves the segment whole or its line of record', () =>
  withFolder(async (folder) => {
    const program = await bundleChild(
      folder,
      `${killPoint}
      import { discardSegment } from '@/electron/formats/journal-folder.ts'
      const [place, discard] = process.argv.slice(2, 4).map((text) => JSON.parse(text))
      discardSegment(place, 1, { ...discard, now: new Date(discard.now) })`,
    )
    const outcomes = new Set<string>()
    for (let killAt = 1; ; killAt += 1) {
      const place = twiceSealed(join(folder, `kill-${killAt}`))
      const before = readFileSync(join(place.sealedFolder, '1', 'journal', 'registration.journal'))
      const { end } = await startChild(program, [JSON.stringify(place), JSON.stringify(discard), String(killAt)]).ended
      recoverDiscarding(place)
      const stands = existsSync(join(place.sealedFolder, '1'))
      expect(listDiscarded(place).map(({ id }) => id)).toEqual(stands ? [] : [1])
      if (stands) expect(readFileSync(join(place.sealedFolder, '1', 'journal', 'registration.journal'))).toEqual(before)
      expect(summarize(place).segments.at(-1)).toMatchObject({ id: 2, records: 2 })
      outcomes.add(String(stands))
      if (end === 0) break
    }
    expect([...outcomes].sort()).toEqual(['false', 'true'])
  }))
