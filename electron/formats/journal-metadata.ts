import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type JournalDamage, type Segment, segmentSchema } from '../../shared/model/journal.ts'
import { type Owner, ownerSchema } from '../../shared/model/owner.ts'
import type { Position } from '../../shared/model/position.ts'
import { fail } from '../../shared/model/problem.ts'
import type { CorruptPlace } from '../../shared/model/repair.ts'
import { z } from '../../shared/zod.ts'
import { fsyncFolder, writeFileDurable } from './durable-file.ts'
import type { JournalPlace } from './journal-place.ts'
import { type JournalScan, readWhatIsWhole } from './journal-record.ts'
import { errorText } from './settings-error.ts'

/** Who clears and when, durable before the first file moves. It stays, so that the metadata can be made anew. */
export const intentName = 'sealing.json'
export const metadataName = 'segment.json'
/** Apart from the metadata, so that no file of the journal's folder can be taken for it. */
export const contentName = 'journal'

const intentSchema = z.object({ clearedAt: z.string(), clearedBy: ownerSchema })
export type Intent = { readonly clearedAt: string | null; readonly clearedBy: Owner | null }

/** Who cleared and when, of a segment's folder; null where neither file tells it any more. */
export function readIntent(folder: string): Intent {
  for (const name of [intentName, metadataName]) {
    try {
      return intentSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')))
    } catch {}
  }
  return { clearedAt: null, clearedBy: null }
}

/** The names in a folder, none where it is not there. */
export function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

/** The numbers of a journal's sealed segments, in order. */
export function finishedIds({ sealedFolder }: JournalPlace): readonly number[] {
  return namesIn(sealedFolder)
    .filter((name) => /^[1-9]\d{0,14}$/.test(name))
    .map(Number)
    .sort((one, other) => one - other)
}

/** What a journal file holds of whole records, damaged or not, in constant memory. `validBytes` is the file's whole length. */
export function scanDamaged(file: string): { readonly scan: JournalScan; readonly corrupt: CorruptPlace | null } {
  let corrupt: CorruptPlace | null = null
  let records = 0
  let first: Position | null = null
  let last: Position | null = null
  let before: Position | null = null
  let oldest: string | null = null
  let newest: string | null = null
  for (const found of readWhatIsWhole(file)) {
    if ('corrupt' in found) {
      corrupt ??= found.corrupt
      continue
    }
    const { timeline, number, at, previous } = found.record
    last = { timeline, number }
    first ??= last
    if (records === 0) before = previous
    if (oldest === null || at < oldest) oldest = at
    if (newest === null || at > newest) newest = at
    records += 1
  }
  const validBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return { scan: { records, first, last, before, oldest, newest, validBytes, torn: false }, corrupt }
}

/** What a scan found, as metadata tell it. */
export function toSegment(place: JournalPlace, id: number, intent: Intent, scan: JournalScan): Segment {
  const { records, validBytes, oldest, newest, first, last } = scan
  return { id, host: place.host, ...intent, records, bytes: validBytes, oldest, newest, first, last }
}

const folderOf = (place: JournalPlace, id: number): string => join(place.sealedFolder, String(id))

/** A segment by its metadata; a text says why they cannot be believed. */
function readSegment(place: JournalPlace, id: number): Segment | string {
  try {
    const parsed = segmentSchema.safeParse(JSON.parse(readFileSync(join(folderOf(place, id), metadataName), 'utf8')))
    if (!parsed.success) return 'not the metadata of a segment'
    if (parsed.data.id === id && parsed.data.host === place.host) return parsed.data
    return `it tells of segment ${parsed.data.id} of ${parsed.data.host}`
  } catch (error) {
    return errorText(error)
  }
}

function ofRecords(
  place: JournalPlace,
  id: number,
): { readonly segment: Segment; readonly corrupt: CorruptPlace | null } {
  const folder = folderOf(place, id)
  const { scan, corrupt } = scanDamaged(join(folder, contentName, basename(place.file)))
  return { segment: toSegment(place, id, readIntent(folder), scan), corrupt }
}

/**
 * The sealed segments of a journal, oldest first. One whose metadata cannot be believed is told as `known` has it, or else as its
 * whole records tell it; `damagedSegments` names it. Changes nothing.
 */
export function listSegments(place: JournalPlace, known: readonly Segment[] = []): readonly Segment[] {
  return finishedIds(place).map((id) => {
    const found = readSegment(place, id)
    if (typeof found !== 'string') return found
    return known.find((one) => one.id === id) ?? ofRecords(place, id).segment
  })
}

/** The segments whose metadata cannot be believed. */
export function damagedSegments(place: JournalPlace): readonly JournalDamage[] {
  return finishedIds(place).flatMap((id) => {
    const found = readSegment(place, id)
    return typeof found === 'string'
      ? [{ file: join(folderOf(place, id), metadataName), text: found, keptAs: null }]
      : []
  })
}

/**
 * Why nothing may be decided from a segment's metadata: they cannot be read, or its records tell otherwise. Null: they can be believed.
 * Throws `segment-damaged` where it is the records that are damaged since they were sealed.
 */
export function doubtOf(place: JournalPlace, id: number): JournalDamage | null {
  const file = join(folderOf(place, id), metadataName)
  const told = readSegment(place, id)
  if (typeof told === 'string') return { file, text: told, keptAs: null }
  const { segment, corrupt } = ofRecords(place, id)
  const content = ({ records, first, last }: Segment) => JSON.stringify([records, first, last])
  if (content(told) === content(segment)) return null
  if (corrupt !== null) throw fail('segment-damaged', corrupt)
  return { file, text: 'its records tell otherwise', keptAs: null }
}

const asideName = /\.damaged(-\d+)?$/

/** A name that is free, for a damaged file to be kept under. */
export function asideOf(file: string): string {
  for (let count = 1; ; count += 1) {
    const aside = `${file}.damaged${count === 1 ? '' : `-${count}`}`
    if (!existsSync(aside)) return aside
  }
}

/** The damaged files of a folder that were kept aside, until somebody takes them away. */
export function keptAside(folder: string): readonly JournalDamage[] {
  return namesIn(folder)
    .filter((name) => asideName.test(name))
    .sort()
    .map((name) => ({ file: join(folder, name.replace(asideName, '')), text: '', keptAs: join(folder, name) }))
}

/** Those of every segment's folder. */
export function keptMetadata(place: JournalPlace): readonly JournalDamage[] {
  return finishedIds(place).flatMap((id) => keptAside(folderOf(place, id)))
}

/**
 * Makes metadata that cannot be believed anew from the segment's records; what stood there is kept aside (an empty file where nothing
 * stood). Whatever kills it, the metadata is doubted or whole. A segment whose records do not check out is left for a repair, which
 * asks with `damagedToo`: without it throws `journal-corrupt`. Throws the system's error.
 */
export function mendSegments(place: JournalPlace, damagedToo: boolean): readonly JournalDamage[] {
  return damagedSegments(place).map((damage) => {
    const id = Number(basename(join(damage.file, '..')))
    const { segment, corrupt } = ofRecords(place, id)
    if (corrupt !== null && !damagedToo) throw fail('journal-corrupt', corrupt)
    const keptAs = asideOf(damage.file)
    if (existsSync(damage.file)) renameSync(damage.file, keptAs)
    else writeFileDurable(keptAs, '')
    fsyncFolder(folderOf(place, id))
    writeFileDurable(damage.file, `${JSON.stringify(segment)}\n`)
    return { ...damage, keptAs }
  })
}
