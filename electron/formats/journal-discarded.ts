import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import {
  type DiscardedSegment,
  discardedSegmentSchema,
  type JournalDamage,
  type Segment,
} from '../../shared/model/journal.ts'
import { fsyncFolder, writeFileDurable } from './durable-file.ts'
import { asideOf } from './journal-metadata.ts'
import type { JournalPlace } from './journal-place.ts'
import { errorText } from './settings-error.ts'

export const discardedFile = (place: JournalPlace): string => join(place.sealedFolder, 'discarded.jsonl')

type Found = {
  readonly rows: readonly DiscardedSegment[]
  /** What cannot be read; null where everything can. `bytes`: what the file holds, null when even that cannot be told. */
  readonly damage: { readonly text: string; readonly torn: boolean; readonly bytes: Buffer | null } | null
}

function rowOf(line: string): DiscardedSegment | null {
  try {
    return discardedSegmentSchema.parse(JSON.parse(line))
  } catch {
    return null
  }
}

function read(place: JournalPlace): Found {
  let bytes: Buffer
  try {
    bytes = readFileSync(discardedFile(place))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { rows: [], damage: null }
    return { rows: [], damage: { text: errorText(error), torn: false, bytes: null } }
  }
  const lines = bytes.toString('utf8').split('\n')
  const found = lines.map((line, index) => ({ line, number: index + 1, row: rowOf(line) }))
  const bad = found.filter(({ line, row }) => line !== '' && row === null)
  const rows = found.flatMap(({ row }) => (row === null ? [] : [row]))
  const [first] = bad
  if (first === undefined) return { rows, damage: null }
  const torn = first.number === lines.length
  const text = torn ? 'it ends in an interrupted write' : `line ${first.number} is no line of record`
  return { rows, damage: { text, torn, bytes } }
}

/** Lines of record of the segments that were discarded, oldest first; one that cannot be read is left out, and `damagedDiscarded` tells it. */
export function listDiscarded(place: JournalPlace): readonly DiscardedSegment[] {
  return read(place).rows
}

/** The file of these lines when it holds anything that cannot be read. */
export function damagedDiscarded(place: JournalPlace): readonly JournalDamage[] {
  const { damage } = read(place)
  return damage === null ? [] : [{ file: discardedFile(place), text: damage.text, keptAs: null }]
}

/**
 * Cuts a torn last line as of a journal. A file with any other damage is kept aside whole, and one with the lines that can be read
 * takes its place. Whatever kills it, every line stands in one of both. Throws the system's error.
 */
export function mendDiscarded(place: JournalPlace): readonly JournalDamage[] {
  const { rows, damage } = read(place)
  if (damage === null) return []
  const file = discardedFile(place)
  const keptAs = damage.torn ? null : asideOf(file)
  if (keptAs !== null && damage.bytes === null) {
    renameSync(file, keptAs)
    fsyncFolder(place.sealedFolder)
  } else if (keptAs !== null && damage.bytes !== null) writeFileDurable(keptAs, damage.bytes)
  writeFileDurable(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return [{ file, text: damage.text, keptAs }]
}

/** The newest record that was ever sealed, discarded or not: where the journal goes on from. */
export function newestSealed(
  segments: readonly Segment[],
  discarded: readonly DiscardedSegment[],
): Segment | undefined {
  const all: readonly Segment[] = [...discarded, ...segments]
  return all.filter((one) => one.last !== null).sort((one, other) => other.id - one.id)[0]
}
