import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Owner } from '../../shared/model/owner.ts'
import {
  cutTornTail,
  type JournalPlace,
  journalHead,
  openAppender,
  recoverSealing,
  sealJournal,
  serverJournal,
  summarize,
} from './journal-folder.ts'
import { encodeRecord, type JournalRecord, readRecords } from './journal-record.ts'
import { bundleChild, killPoint, startChild } from './testing/child.ts'
import { masterPlace, problemOf, sampleRecords, sampleServer, withFolder } from './testing/sample.ts'

const owner: Owner = { operator: 'gmadmin', host: 'console1', pid: 4711, kind: 'console' }
const now = new Date('2026-11-22T02:00:14Z')

function append(place: JournalPlace, records: readonly JournalRecord[]): void {
  const appender = openAppender(place.file)
  appender.append(records.map(encodeRecord))
  appender.close()
}

/** Every record of a journal wherever it stands: sealed, half sealed, current. */
function allNumbers(place: JournalPlace): readonly number[] {
  const sealed = existsSync(place.sealedFolder) ? readdirSync(place.sealedFolder) : []
  const files = sealed.map((name) => join(place.sealedFolder, name, 'journal', 'registration.journal'))
  const numbers = [...files, place.file].flatMap((file) => [...readRecords(file)].map((record) => record.number))
  return numbers.sort((one, other) => one - other)
}

describe('sealing a journal', () => {
  test('moves everything out, says what it was, and the next journal goes on from it', () =>
    withFolder((folder) => {
      const place = masterPlace(folder)
      append(place, sampleRecords(3))
      writeFileSync(join(place.folder, 'segment.json'), 'a file of the site with a misleading name')
      const segment = sealJournal(place, owner, now)
      expect(segment).toMatchObject({
        id: 1,
        host: 'hq-mas',
        records: 3,
        clearedAt: now.toISOString(),
        clearedBy: owner,
      })
      expect(segment).toMatchObject({ first: { number: 1 }, last: { number: 3 } })
      expect(readdirSync(place.folder)).toEqual([])
      expect(readdirSync(join(place.sealedFolder, '1', 'journal')).sort()).toEqual([
        'registration.journal',
        'segment.json',
      ])
      append(place, sampleRecords(2, 4))
      expect(summarize(place)).toMatchObject({ records: 2, kept: true, segments: [segment] })
      expect(sealJournal(place, owner, now)).toMatchObject({ id: 2, records: 2 })
      expect(allNumbers(place)).toEqual([1, 2, 3, 4, 5])
      expect(journalHead(place)).toEqual({ timeline: 't1', number: 5 })
    }))

  test('leaves a journal without records alone', () =>
    withFolder((folder) => {
      const place = masterPlace(folder)
      expect(sealJournal(place, owner, now)).toBeNull()
      append(place, [])
      expect(sealJournal(place, owner, now)).toBeNull()
      expect(existsSync(place.file)).toBe(true)
      expect(journalHead(place)).toBeNull()
    }))

  test('of one host never touches the host whose name begins with it', () =>
    withFolder((folder) => {
      const master = sampleServer(folder)
      const [one, other, dotted] = ['a', 'ab', 'a.journal'].map((host) => serverJournal(master, host)) as [
        JournalPlace,
        JournalPlace,
        JournalPlace,
      ]
      for (const place of [one, other, dotted]) append(place, sampleRecords(2))
      expect(sealJournal(one, owner, now)).toMatchObject({ host: 'a', records: 2 })
      expect(readdirSync(one.folder).sort()).toEqual(['a.journal.journal', 'ab.journal'])
      expect(summarize(other)).toMatchObject({ records: 2, segments: [] })
      expect(summarize(dotted)).toMatchObject({ records: 2, segments: [] })
    }))

  test('a current journal that does not go on from the newest segment is a gap', () =>
    withFolder((folder) => {
      const place = masterPlace(folder)
      append(place, sampleRecords(3))
      sealJournal(place, owner, now)
      append(place, sampleRecords(1, 5))
      expect(problemOf(() => summarize(place)).code).toBe('journal-corrupt')
    }))

  test('a damaged journal is not sealed and stays where it is', () =>
    withFolder((folder) => {
      const place = masterPlace(folder)
      append(place, sampleRecords(1))
      append(place, sampleRecords(1, 3))
      expect(problemOf(() => sealJournal(place, owner, now)).code).toBe('journal-corrupt')
      expect(existsSync(place.file)).toBe(true)
      expect(existsSync(place.sealedFolder)).toBe(false)
    }))

  test(
    'killed before any of its system calls, and killed again in its recovery, it loses no record',
    () =>
      withFolder(async (folder) => {
        const program = await bundleChild(
          folder,
          `${killPoint}
        import { recoverSealing, sealJournal } from '@/electron/formats/journal-folder.ts'
        const [action, place, by] = process.argv.slice(2, 5).map((text) => JSON.parse(text))
        if (action === 'seal') sealJournal(place, by, new Date('${now.toISOString()}'))
        else recoverSealing(place)`,
        )
        const run = async (action: string, place: JournalPlace, killAt: number) =>
          (
            await startChild(program, [...[action, place, owner].map((each) => JSON.stringify(each)), String(killAt)])
              .ended
          ).end
        const seen = new Set<string>()
        for (let killAt = 1; ; killAt += 1) {
          const place = masterPlace(join(folder, `kill-${killAt}`))
          append(place, sampleRecords(3))
          writeFileSync(place.file, encodeRecord(sampleRecords(1, 4)[0] as JournalRecord).subarray(0, 30), {
            flag: 'a',
          })
          writeFileSync(join(place.folder, 'other'), 'of the site')
          const end = await run('seal', place, killAt)
          expect(allNumbers(place)).toEqual([1, 2, 3])
          seen.add(JSON.stringify(existsSync(place.sealedFolder) ? readdirSync(place.sealedFolder) : []))
          await run('recover', place, 1 + (killAt % 7))
          expect(allNumbers(place)).toEqual([1, 2, 3])
          recoverSealing(place)
          cutTornTail(place.file)
          const summary = summarize(place)
          if (summary.records === 0) {
            expect(summary.segments).toMatchObject([
              { id: 1, records: 3, clearedBy: owner, clearedAt: now.toISOString() },
            ])
            expect(readdirSync(join(place.sealedFolder, '1')).sort()).toEqual([
              'journal',
              'sealing.json',
              'segment.json',
            ])
          } else expect(summary).toMatchObject({ records: 3, segments: [] })
          append(place, sampleRecords(1, 4))
          expect(sealJournal(place, owner, now)?.id).toBe(summary.segments.length + 1)
          expect(allNumbers(place)).toEqual([1, 2, 3, 4])
          if (end === 0) break
          expect(end).toBe('SIGKILL')
        }
        expect([...seen].sort()).toEqual(['["1"]', '["1.sealing"]', '[]'])
      }),
    240_000,
  )

  test('half moved: a journal begun since is left for the next seal', () =>
    withFolder((folder) => {
      const place = masterPlace(folder)
      append(place, sampleRecords(3))
      const content = join(place.sealedFolder, '1.sealing', 'journal')
      mkdirSync(content, { recursive: true })
      const intent = { clearedAt: now.toISOString(), clearedBy: owner }
      writeFileSync(join(place.sealedFolder, '1.sealing', 'sealing.json'), JSON.stringify(intent))
      renameSync(place.file, join(content, 'registration.journal'))
      append(place, sampleRecords(2, 4))
      recoverSealing(place)
      expect(summarize(place)).toMatchObject({ records: 2, first: { number: 4 }, segments: [{ id: 1, records: 3 }] })
    }))
})
