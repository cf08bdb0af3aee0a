import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeRecord, type JournalRecord, readRecords, scanJournal } from './journal-record.ts'
import { problemOf, sampleRecords, withFolder } from './testing/sample.ts'

const lines = (records: readonly JournalRecord[]) => Buffer.concat(records.map(encodeRecord))

/** A journal of three records in a file of its own, changed by `change`, then handed to `use`. */
function withJournal(change: (bytes: Buffer) => Uint8Array, use: (file: string, ends: readonly number[]) => void) {
  return withFolder((folder) => {
    const file = join(folder, 'a.journal')
    const records = sampleRecords(3)
    writeFileSync(file, change(lines(records)))
    const ends = records.map((_, index) => lines(records.slice(0, index + 1)).length)
    use(file, ends)
  })
}

describe('the journal', () => {
  test('tells what it holds', () =>
    withJournal(
      (bytes) => bytes,
      (file, ends) => {
        expect(scanJournal(file)).toEqual({
          records: 3,
          first: { timeline: 't1', number: 1 },
          last: { timeline: 't1', number: 3 },
          before: null,
          oldest: '2026-11-22T02:00:01.000Z',
          newest: '2026-11-22T02:00:03.000Z',
          validBytes: ends[2],
          torn: false,
        })
        expect([...readRecords(file)]).toEqual(sampleRecords(3))
      },
    ))

  test('is empty where there is no file', () =>
    withFolder((folder) => {
      expect(scanJournal(join(folder, 'none'))).toMatchObject({ records: 0, torn: false, validBytes: 0 })
    }))

  test('a record cut anywhere is a torn tail, and no whole record is lost', () =>
    withJournal(
      (bytes) => bytes,
      (file, ends) => {
        const whole = readFileSync(file)
        for (let length = whole.length; length >= 0; length -= 1) {
          truncateSync(file, length)
          const kept = ends.filter((end) => end <= length)
          const validBytes = kept.at(-1) ?? 0
          expect(scanJournal(file)).toMatchObject({ records: kept.length, validBytes, torn: validBytes < length })
        }
      },
    ))

  test('NULs that a power failure left behind the last record are a torn tail', () =>
    withJournal(
      (bytes) =>
        Buffer.concat([
          bytes,
          encodeRecord(sampleRecords(1, 4)[0] as JournalRecord).subarray(0, 40),
          Buffer.alloc(4096),
        ]),
      (file, ends) => expect(scanJournal(file)).toMatchObject({ records: 3, torn: true, validBytes: ends[2] }),
    ))

  test('a missing record is a broken link, with its line and byte', () =>
    withFolder((folder) => {
      const file = join(folder, 'a.journal')
      const [one, , three] = sampleRecords(3) as [JournalRecord, JournalRecord, JournalRecord]
      writeFileSync(file, lines([one, three]))
      expect(problemOf(() => scanJournal(file))).toMatchObject({
        code: 'journal-corrupt',
        params: { file, line: 2, offset: encodeRecord(one).length },
      })
      expect(() => [...readRecords(file)]).toThrow('journal-corrupt')
    }))

  test('a damaged record at the end of its line is never cut as if it were torn', () =>
    withJournal(
      (bytes) => Buffer.concat([bytes.subarray(0, -10), Buffer.from('0'), bytes.subarray(-9)]),
      (file) => expect(problemOf(() => scanJournal(file)).params).toMatchObject({ line: 3 }),
    ))

  test('a line longer than any of ours is damage, read in constant memory', () =>
    withJournal(
      (bytes) => bytes,
      (file) => {
        for (let part = 0; part < 20; part += 1) appendFileSync(file, Buffer.alloc(1024 * 1024, 0x41))
        expect(problemOf(() => scanJournal(file)).params).toMatchObject({ line: 4 })
      },
    ))

  const entity = fc.record({
    kind: fc.constantFrom('user' as const, 'board' as const),
    id: fc.string({ minLength: 1 }),
    name: fc.string({ unit: 'binary' }),
    organizationId: fc.option(fc.string()),
    host: fc.option(fc.string()),
  })
  const change = fc.record({
    at: fc.string(),
    operator: fc.string({ unit: 'grapheme' }),
    before: entity,
    after: entity,
  })

  test('any records come back as they were', () =>
    withFolder((folder) => {
      const file = join(folder, 'a.journal')
      fc.assert(
        fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
          const records = changes.map((each, index): JournalRecord => {
            const previous = index === 0 ? null : { timeline: 't', number: index - 1 }
            return { ...each, timeline: 't', number: index, action: 'change', previous }
          })
          writeFileSync(file, lines(records))
          expect([...readRecords(file)]).toEqual(JSON.parse(JSON.stringify(records)))
        }),
      )
    }))

  test('any changed byte is found: never skipped, never cut', () =>
    withFolder((folder) => {
      const file = join(folder, 'a.journal')
      const whole = lines(sampleRecords(4))
      const place = fc.record({ at: fc.nat(whole.length - 1), flip: fc.integer({ min: 1, max: 255 }) })
      fc.assert(
        fc.property(place, ({ at, flip }) => {
          const damaged = Buffer.from(whole)
          damaged[at] = (damaged[at] ?? 0) ^ flip
          writeFileSync(file, damaged)
          expect(problemOf(() => scanJournal(file)).code).toBe('journal-corrupt')
        }),
        { numRuns: 600 },
      )
    }))
})
