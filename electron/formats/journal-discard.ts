import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DiscardedSegment } from '../../shared/model/journal.ts'
import type { Owner } from '../../shared/model/owner.ts'
import { fail } from '../../shared/model/problem.ts'
import { fsyncFolder, writeFileDurable } from './durable-file.ts'
import { damagedDiscarded, discardedFile, listDiscarded } from './journal-discarded.ts'
import { doubtOf, listSegments, namesIn } from './journal-metadata.ts'
import type { JournalPlace } from './journal-place.ts'

const discardingName = /^([1-9]\d{0,14})\.discarding$/

export type Discard = {
  readonly by: Owner
  readonly now: Date
  /** The verified archives, by path, that cover the segment's last change. */
  readonly coveredBy: readonly string[]
}

/**
 * Discards one sealed segment and keeps its line of record: the only way by which records of a journal ever go. Whether the
 * archives do cover it is the caller's to prove (design §6). Returns null when it is gone already. A crash in
 * between is settled by `recoverDiscarding`: the segment stands whole, or its line of record does. Throws `journal-failed`, and
 * `journal-doubtful` where its metadata are not what its records tell, or lines of record cannot be read: then nothing goes.
 */
export function discardSegment(place: JournalPlace, id: number, discard: Discard): DiscardedSegment | null {
  recoverDiscarding(place)
  const segment = listSegments(place).find((one) => one.id === id)
  if (segment === undefined) return null
  const doubt = doubtOf(place, id) ?? damagedDiscarded(place)[0]
  if (doubt !== undefined) throw fail('journal-doubtful', { file: doubt.file, text: doubt.text })
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
    writeFileDurable(discardedFile(place), lines.join(''))
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
