import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Owner } from '../../shared/model/owner.ts'
import {
  discardSegment,
  type JournalPlace,
  journalDamage,
  journalHead,
  listDiscarded,
  listSegments,
  mendMetadata,
  openAppender,
  sealJournal,
  summarize,
} from './journal-folder.ts'
import { encodeRecord } from './journal-record.ts'
import { setAsideDamaged } from './journal-seal.ts'
import { bundleChild, killPoint, startChild } from './testing/child.ts'
import { masterPlace, problemOf, sampleRecords, withFolder } from './testing/sample.ts'

const owner: Owner = { operator: 'gmadmin', host: 'console1', pid: 4711, kind: 'console' }
const now = new Date('2026-11-22T02:00:14Z')
const discard = { by: owner, now, coveredBy: ['/backup/a.tar.zst', '/backup/b.tar.zst'] }

function append(place: JournalPlace, count: number, first: number): void {
  const appender = openAppender(place.file)
  appender.append(sampleRecords(count, first).map(encodeRecord))
  appender.close()
}

/** Three sealed segments of two records each (1-2, 3-4, 5-6), and one record in the current journal. */
function sealed(folder: string): JournalPlace {
  const place = masterPlace(folder)
  for (const first of [1, 3, 5]) {
    append(place, 2, first)
    sealJournal(place, owner, now)
  }
  append(place, 1, 7)
  return place
}

const inSegment = (place: JournalPlace, id: number, ...names: string[]) =>
  join(place.sealedFolder, String(id), ...names)
const metadata = (place: JournalPlace, id: number) => inSegment(place, id, 'segment.json')
const recordsOf = (place: JournalPlace, id: number) => inSegment(place, id, 'journal', 'registration.journal')

function spoilRecord(file: string): void {
  const bytes = readFileSync(file)
  bytes[20] = 0x21
  writeFileSync(file, bytes)
}

const damages: Readonly<Record<string, (file: string) => void>> = {
  missing: (file) => rmSync(file),
  empty: (file) => writeFileSync(file, ''),
  torn: (file) => writeFileSync(file, readFileSync(file).subarray(0, 40)),
  'overwritten with zeros': (file) => writeFileSync(file, Buffer.alloc(200)),
  "another segment's": (file) => writeFileSync(file, readFileSync(file, 'utf8').replace(/"id":\d+/, '"id":9')),
  'a folder': (file) => {
    rmSync(file)
    mkdirSync(file)
  },
}

// Defects that break it: metadata that are believed as they are, a file that is thrown away, a discard on their word.
describe('metadata of a segment that cannot be believed', () => {
  for (const [how, damage] of Object.entries(damages)) {
    test(`${how}: told, and made anew from the records`, () =>
      withFolder((folder) => {
        const place = sealed(folder)
        const before = listSegments(place)
        damage(metadata(place, 2))
        expect(listSegments(place)).toEqual(before)
        expect(summarize(place)).toMatchObject({ damage: [{ file: metadata(place, 2), keptAs: null }] })
        expect(problemOf(() => discardSegment(place, 2, discard)).code).toBe('journal-doubtful')
        expect(mendMetadata(place)).toMatchObject([{ file: metadata(place, 2) }])
        expect(listSegments(place)).toEqual(before)
        const keptAs = `${metadata(place, 2)}.damaged`
        expect(journalDamage(place)).toEqual([{ file: metadata(place, 2), text: '', keptAs }])
        rmSync(keptAs, { recursive: true })
        expect(journalDamage(place)).toEqual([])
        expect(discardSegment(place, 2, discard)).toMatchObject({ id: 2, clearedBy: owner })
      }))
  }

  test('who cleared and when is unknown where no file tells it any more', () =>
    withFolder((folder) => {
      const place = sealed(folder)
      rmSync(metadata(place, 3))
      rmSync(inSegment(place, 3, 'sealing.json'))
      mendMetadata(place)
      expect(listSegments(place).at(-1)).toMatchObject({ id: 3, records: 2, clearedAt: null, clearedBy: null })
      expect(journalHead(place)).toEqual({ timeline: 't1', number: 7 })
    }))

  test('over records that do not check out, they are left for a repair, which takes what is whole', () =>
    withFolder((folder) => {
      const place = sealed(folder)
      spoilRecord(recordsOf(place, 2))
      rmSync(metadata(place, 2))
      expect(problemOf(() => mendMetadata(place))).toMatchObject({
        code: 'journal-corrupt',
        params: { file: recordsOf(place, 2), line: 1 },
      })
      setAsideDamaged(place, owner, now)
      expect(listSegments(place)[1]).toMatchObject({ id: 2, records: 1, first: { number: 4 }, last: { number: 4 } })
      expect(mendMetadata(place)).toEqual([])
      expect(summarize(place)).toMatchObject({ records: 1 })
    }))

  test('what they tell otherwise than the records discards nothing', () =>
    withFolder((folder) => {
      const place = sealed(folder)
      const file = metadata(place, 1)
      writeFileSync(file, readFileSync(file, 'utf8').replace('"number":2', '"number":1'))
      expect(problemOf(() => discardSegment(place, 1, discard)).code).toBe('journal-doubtful')
      expect(existsSync(recordsOf(place, 1))).toBe(true)
    }))

  test('records that were damaged since they were sealed are named as that, and discard nothing', () =>
    withFolder((folder) => {
      const place = sealed(folder)
      spoilRecord(recordsOf(place, 1))
      expect(problemOf(() => discardSegment(place, 1, discard))).toMatchObject({
        code: 'segment-damaged',
        params: { file: recordsOf(place, 1), line: 1 },
      })
      expect(existsSync(recordsOf(place, 1))).toBe(true)
    }))

  test('a damaged note of who clears keeps no seal unfinished', () =>
    withFolder((folder) => {
      const place = sealed(folder)
      const half = join(place.sealedFolder, '4.sealing')
      mkdirSync(join(half, 'journal'), { recursive: true })
      writeFileSync(join(half, 'sealing.json'), '{"clearedAt":')
      writeFileSync(join(half, 'journal', 'registration.journal'), readFileSync(place.file))
      rmSync(place.file)
      sealJournal(place, owner, now)
      expect(listSegments(place).at(-1)).toMatchObject({ id: 4, records: 1, clearedAt: null, clearedBy: null })
    }))
})

test('a journal that does not go on from the newest segment is set aside by a repair', () =>
  withFolder((folder) => {
    const place = sealed(folder)
    rmSync(inSegment(place, 3), { recursive: true })
    expect(problemOf(() => summarize(place)).code).toBe('journal-corrupt')
    setAsideDamaged(place, owner, now)
    expect(summarize(place)).toMatchObject({ records: 0, segments: [{ id: 1 }, { id: 2 }, { id: 3, records: 1 }] })
    expect(journalHead(place)).toEqual({ timeline: 't1', number: 7 })
  }))

describe('damaged lines of record of what was discarded', () => {
  const twice = (folder: string) => {
    const place = sealed(folder)
    for (const id of [1, 2]) discardSegment(place, id, discard)
    return { place, file: join(place.sealedFolder, 'discarded.jsonl') }
  }

  test('a torn last line is cut', () =>
    withFolder((folder) => {
      const { place, file } = twice(folder)
      const whole = readFileSync(file)
      writeFileSync(file, whole.subarray(0, whole.length - 30))
      expect(listDiscarded(place)).toMatchObject([{ id: 1 }])
      expect(journalDamage(place)).toMatchObject([{ file, keptAs: null }])
      mendMetadata(place)
      expect(readFileSync(file, 'utf8')).toBe(`${whole.toString('utf8').split('\n')[0]}\n`)
      expect(journalDamage(place)).toEqual([])
      expect(summarize(place)).toMatchObject({ segments: [{ id: 3 }], records: 1 })
    }))

  test('with a corrupt line the file is kept aside whole, nothing is discarded before, and numbers go on', () =>
    withFolder((folder) => {
      const { place, file } = twice(folder)
      const spoilt = readFileSync(file, 'utf8').replace('"id":1', '"id":-')
      writeFileSync(file, spoilt)
      expect(problemOf(() => discardSegment(place, 3, discard)).code).toBe('journal-doubtful')
      expect(existsSync(recordsOf(place, 3))).toBe(true)
      mendMetadata(place)
      expect(listDiscarded(place)).toMatchObject([{ id: 2 }])
      expect(readFileSync(`${file}.damaged`, 'utf8')).toBe(spoilt)
      expect(journalDamage(place)).toEqual([{ file, text: '', keptAs: `${file}.damaged` }])
      expect(sealJournal(place, owner, now)).toMatchObject({ id: 4 })
    }))

  test('missing, or not to be read at all, it keeps nothing from going on', () =>
    withFolder((folder) => {
      const { place, file } = twice(folder)
      rmSync(file)
      expect(summarize(place)).toMatchObject({ discarded: [], damage: [] })
      mkdirSync(file)
      mendMetadata(place)
      expect(summarize(place)).toMatchObject({ discarded: [], damage: [{ file, keptAs: `${file}.damaged` }] })
    }))
})

test('killed at any moment, mending leaves what it mends doubted or whole', { timeout: 120_000 }, () =>
  withFolder(async (folder) => {
    const program = await bundleChild(
      folder,
      `${killPoint}
      import { mendMetadata } from '@/electron/formats/journal-folder.ts'
      mendMetadata(JSON.parse(process.argv[2]))`,
    )
    for (let killAt = 1; ; killAt += 3) {
      const place = sealed(join(folder, `kill-${killAt}`))
      discardSegment(place, 1, discard)
      const before = listSegments(place)
      const file = join(place.sealedFolder, 'discarded.jsonl')
      writeFileSync(file, `no line\n${readFileSync(file, 'utf8')}`)
      writeFileSync(metadata(place, 2), '{')
      const { end } = await startChild(program, [JSON.stringify(place), String(killAt)]).ended
      expect(listSegments(place)).toEqual(before)
      expect(listDiscarded(place)).toMatchObject([{ id: 1 }])
      mendMetadata(place)
      expect(listSegments(place)).toEqual(before)
      expect(listDiscarded(place)).toMatchObject([{ id: 1 }])
      expect(journalDamage(place).every(({ keptAs }) => keptAs !== null)).toBe(true)
      expect(readdirSync(place.sealedFolder)).toContain('discarded.jsonl.damaged')
      if (end === 0) break
      expect(end).toBe('SIGKILL')
    }
  }),
)
