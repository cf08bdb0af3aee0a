import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type DiscardedSegment, discardedSegmentSchema, type Segment } from '../../shared/model/journal.ts'
import type { Owner } from '../../shared/model/owner.ts'
import { fail } from '../../shared/model/problem.ts'
import { fsyncFolder, writeFileDurable } from './durable-file.ts'
import type { JournalPlace } from './journal-place.ts'
import { listSegments, namesIn } from './journal-seal.ts'

const fileOf = (place: JournalPlace): string => join(place.sealedFolder, 'discarded.jsonl')
const discardingName = /^([1-9]\d{0,14})\.discarding$/

/** Lines of record of the segments that were discarded, oldest first. Throws `journal-failed` when they cannot be read. */
export function listDiscarded(place: JournalPlace): readonly DiscardedSegment[] {
  const file = fileOf(place)
  if (!existsSync(file)) return []
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return lines.filter((line) => line !== '').map((line) => discardedSegmentSchema.parse(JSON.parse(line)))
  } catch (error) {
    throw fail('journal-failed', { file, text: error instanceof Error ? error.message : String(error) }, error)
  }
}

export type Discard = {
  readonly by: Owner
  readonly now: Date
  /** The verified archives, by path, that cover the segment's last change. */
  readonly coveredBy: readonly string[]
}

/**
 * Discards one sealed segment and keeps its line of record: the only way by which records of a journal ever go. Whether the
 * archives do cover it is the caller's to prove (design §6). Returns null when it is gone already. A crash in
 * between is settled by `recoverDiscarding`: the segment stands whole, or its line of record does. Throws `journal-failed`.
 */
export function discardSegment(place: JournalPlace, id: number, discard: Discard): DiscardedSegment | null {
  recoverDiscarding(place)
  const segment = listSegments(place).find((one) => one.id === id)
  if (segment === undefined) return null
  const row: DiscardedSegment = {
    ...segment,
    discardedAt: discard.now.toISOString(),
    discardedBy: discard.by,
    coveredBy: [...discard.coveredBy],
  }
  try {
    const lines = [...listDiscarded(place), row].map((one) => `${JSON.stringify(one)}\n`)
    renameSync(join(place.sealedFolder, String(id)), join(place.sealedFolder, `${id}.discarding`))
    fsyncFolder(place.sealedFolder)
    writeFileDurable(fileOf(place), lines.join(''))
    removeDiscarding(place, id)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw fail('journal-failed', { file: place.sealedFolder, text }, error)
  }
  return row
}

/** Finishes a discard whose line of record is durable, and takes back one whose line is not. */
export function recoverDiscarding(place: JournalPlace): void {
  for (const name of namesIn(place.sealedFolder)) {
    const id = Number(discardingName.exec(name)?.[1] ?? Number.NaN)
    if (Number.isNaN(id)) continue
    if (listDiscarded(place).some((one) => one.id === id)) removeDiscarding(place, id)
    else {
      renameSync(join(place.sealedFolder, name), join(place.sealedFolder, String(id)))
      fsyncFolder(place.sealedFolder)
    }
  }
}

function removeDiscarding(place: JournalPlace, id: number): void {
  rmSync(join(place.sealedFolder, `${id}.discarding`), { recursive: true })
  fsyncFolder(place.sealedFolder)
}

/** The newest record that was ever sealed, discarded or not: where the journal goes on from. */
export function newestSealed(
  segments: readonly Segment[],
  discarded: readonly DiscardedSegment[],
): Segment | undefined {
  const all: readonly Segment[] = [...discarded, ...segments]
  return all.filter((one) => one.last !== null).sort((one, other) => other.id - one.id)[0]
}
