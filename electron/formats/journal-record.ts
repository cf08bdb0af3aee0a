import { createHash } from 'node:crypto'
import { changeSchema } from '../../shared/model/change.ts'
import { type Position, positionSchema } from '../../shared/model/position.ts'
import { fail } from '../../shared/model/problem.ts'
import type { CorruptPlace } from '../../shared/model/repair.ts'
import type { z } from '../../shared/zod.ts'
import { type RawLine, readLines } from './line-reader.ts'

/**
 * One change as a journal holds it. `previous` is the record before it in that same journal, sealed segments included;
 * null for its very first.
 */
export const journalRecordSchema = changeSchema
  .extend({ previous: positionSchema.nullable() })
  .refine((record) => (record.before === null) === (record.action === 'register'))
  .refine((record) => (record.after === null) === (record.action === 'delete'))
export type JournalRecord = z.infer<typeof journalRecordSchema>

/** Digits of the digest after the tab. */
const digestDigits = 32
const tab = 0x09

function digest(json: Uint8Array): string {
  return createHash('sha256').update(json).digest('hex').slice(0, digestDigits)
}

/** A record as one line: its JSON, a tab, the first 32 hex digits of the JSON's SHA-256, a line feed. */
export function encodeRecord(record: JournalRecord): Buffer {
  const json = Buffer.from(JSON.stringify(record))
  return Buffer.concat([json, Buffer.from(`\t${digest(json)}\n`)])
}

/** A line without its line feed as a record; the text says what is wrong with it. */
function decodeRecord(line: Uint8Array): JournalRecord | string {
  const at = line.length - digestDigits - 1
  if (at < 2 || line[at] !== tab) return 'no record'
  const json = line.subarray(0, at)
  if (Buffer.from(line.subarray(at + 1)).toString('latin1') !== digest(json)) return 'digest does not match'
  try {
    const parsed = journalRecordSchema.safeParse(JSON.parse(Buffer.from(json).toString('utf8')))
    return parsed.success ? parsed.data : 'not a registration record'
  } catch {
    return 'not a registration record'
  }
}

/**
 * Whether bytes after the last line feed are what an interrupted write leaves: a beginning of a record, perhaps
 * followed by NULs. A whole record with any other byte where its line feed belongs is damage, not a torn write.
 */
function isTorn(tail: Uint8Array): boolean {
  let end = tail.length
  while (end > 0 && tail[end - 1] === 0) end -= 1
  const isRecord = (length: number) => length > 0 && typeof decodeRecord(tail.subarray(0, length)) !== 'string'
  return !(end < tail.length && isRecord(end)) && !isRecord(end - 1)
}

function positionOf(record: JournalRecord): Position {
  return { timeline: record.timeline, number: record.number }
}

export function samePosition(one: Position | null, other: Position | null): boolean {
  if (one === null || other === null) return one === other
  return one.timeline === other.timeline && one.number === other.number
}

type Found = { readonly record: JournalRecord; readonly line: RawLine } | { readonly torn: RawLine }

function* walk(file: string): Generator<Found> {
  let last: JournalRecord | null = null
  for (const line of readLines(file)) {
    const corrupt = (text: string) => fail('journal-corrupt', { file, offset: line.offset, line: line.number, text })
    if (!line.ended) {
      if (line.bytes === null || !isTorn(line.bytes)) throw corrupt('no line feed after a record')
      yield { torn: line }
      return
    }
    const record = line.bytes === null ? 'line too long' : decodeRecord(line.bytes)
    if (typeof record === 'string') throw corrupt(record)
    if (last !== null && !samePosition(record.previous, positionOf(last)))
      throw corrupt('a record before it is missing')
    last = record
    yield { record, line }
  }
}

/**
 * Every whole record of a file with its length, and every line that is none; for a repair, which has to get out of a damaged journal what is
 * in it. What cannot be read is told, never passed over; a torn tail alone is left out.
 */
export function* readWhatIsWhole(
  file: string,
): Generator<{ readonly record: JournalRecord; readonly bytes: number } | { readonly corrupt: CorruptPlace }> {
  let last: JournalRecord | null = null
  for (const line of readLines(file)) {
    const corrupt = (text: string) => ({ corrupt: { file, line: line.number, offset: line.offset, text } })
    if (!line.ended) {
      if (line.bytes === null || !isTorn(line.bytes)) yield corrupt('no line feed after a record')
      return
    }
    const record = line.bytes === null ? 'line too long' : decodeRecord(line.bytes)
    if (typeof record === 'string') {
      yield corrupt(record)
      last = null
      continue
    }
    if (last !== null && !samePosition(record.previous, positionOf(last)))
      yield corrupt('a record before it is missing')
    last = record
    yield { record, bytes: line.end - line.offset }
  }
}

export type JournalScan = {
  readonly records: number
  readonly first: Position | null
  readonly last: Position | null
  /** The predecessor that the first record names; null also where there is no record. */
  readonly before: Position | null
  /** ISO 8601, UTC. */
  readonly oldest: string | null
  readonly newest: string | null
  /** Length of the file up to the end of its last whole record. */
  readonly validBytes: number
  /** Whether an interrupted write stands behind that. */
  readonly torn: boolean
}

/**
 * Reads a journal from its beginning, in constant memory. A file that isn't there is an empty journal. Only what an
 * interrupted write left at the very end is reported as `torn`; anything else that is no record, or a record whose
 * predecessor isn't the one before it, throws `journal-corrupt` with byte offset and line. Nothing is ever skipped.
 */
export function scanJournal(file: string): JournalScan {
  let scan: JournalScan = {
    records: 0,
    first: null,
    last: null,
    before: null,
    oldest: null,
    newest: null,
    validBytes: 0,
    torn: false,
  }
  for (const found of walk(file)) {
    if ('torn' in found) return { ...scan, torn: true }
    const { record, line } = found
    const position = positionOf(record)
    scan = {
      records: scan.records + 1,
      first: scan.first ?? position,
      last: position,
      before: scan.records === 0 ? record.previous : scan.before,
      oldest: scan.oldest === null || record.at < scan.oldest ? record.at : scan.oldest,
      newest: scan.newest === null || record.at > scan.newest ? record.at : scan.newest,
      validBytes: line.end,
      torn: false,
    }
  }
  return scan
}

/** The records of a journal, oldest first, a torn tail left out. Throws `journal-corrupt` like `scanJournal`. */
export function* readRecords(file: string): Generator<JournalRecord> {
  for (const found of walk(file)) if ('record' in found) yield found.record
}
