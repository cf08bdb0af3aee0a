import { existsSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { JournalDamage, Segment } from '../../shared/model/journal.ts'
import type { Owner } from '../../shared/model/owner.ts'
import { fail, ProblemError } from '../../shared/model/problem.ts'
import { fsyncFolder, makeFolderDurable, writeFileDurable } from './durable-file.ts'
import { listDiscarded, mendDiscarded, newestSealed } from './journal-discarded.ts'
import { cutTo } from './journal-file.ts'
import {
  contentName,
  finishedIds,
  type Intent,
  intentName,
  listSegments,
  mendSegments,
  metadataName,
  namesIn,
  readIntent,
  scanDamaged,
  toSegment,
} from './journal-metadata.ts'
import type { JournalPlace } from './journal-place.ts'
import { type JournalScan, readWhatIsWhole, samePosition, scanJournal } from './journal-record.ts'
import { errorText } from './settings-error.ts'

function idsIn(place: JournalPlace, pattern: RegExp): readonly number[] {
  const ids = namesIn(place.sealedFolder).flatMap((name) => {
    const id = pattern.exec(name)?.[1]
    return id === undefined ? [] : [Number(id)]
  })
  return ids.sort((one, other) => one - other)
}

const sealingIds = (place: JournalPlace) => idsIn(place, /^([1-9]\d{0,14})\.sealing$/)

/** Turns whatever the system throws into `journal-failed`; nothing was unlinked then, and recovery can finish. */
function guarded<Result>(place: JournalPlace, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw fail('journal-failed', { file: place.file, text: errorText(error) }, error)
  }
}

/** The files that a seal would take now, with their bytes: of the master's own journal all, else that server's alone. */
export function currentFiles(place: JournalPlace): readonly { readonly path: string; readonly bytes: number }[] {
  return guarded(place, () =>
    filesToMove(place, true).map((name) => {
      const path = join(place.folder, name)
      return { path, bytes: statSync(path).size }
    }),
  )
}

/** What is left to move: the journal's file first, so that a begun move always holds it. */
function filesToMove(place: JournalPlace, first: boolean): readonly string[] {
  const main = basename(place.file)
  const others = place.wholeFolder ? namesIn(place.folder).filter((name) => name !== main) : []
  return first && existsSync(place.file) ? [main, ...others] : others
}

function moveInto(place: JournalPlace, content: string, names: readonly string[]): void {
  for (const name of names) renameSync(join(place.folder, name), join(content, name))
  fsyncFolder(content)
  fsyncFolder(place.folder)
}

/** Metadata, then the final name. Everything of the journal is already inside `N.sealing`. */
function finish(place: JournalPlace, id: number, intent: Intent, scan: JournalScan): Segment {
  const folder = join(place.sealedFolder, `${id}.sealing`)
  const segment = toSegment(place, id, intent, scan)
  writeFileDurable(join(folder, metadataName), `${JSON.stringify(segment)}\n`)
  for (const name of readdirSync(folder)) {
    if (![metadataName, contentName, intentName].includes(name)) rmSync(join(folder, name))
  }
  fsyncFolder(folder)
  renameSync(folder, join(place.sealedFolder, String(id)))
  fsyncFolder(place.sealedFolder)
  return segment
}

/**
 * ジャーナルクリア: seals a journal (ARCHITECTURE, "Journals"). Moves its file into `N.sealing`, writes what it holds, renames that to
 * `N`; no record is ever unlinked or copied. Afterwards there is no journal file: the next appender creates one. Returns
 * null when there was no record. A crash in between is finished by `recoverSealing`; until then every record stands in
 * exactly one of the two places. The caller keeps others from appending meanwhile. Throws `journal-corrupt`,
 * `journal-failed`.
 */
export function sealJournal(place: JournalPlace, by: Owner, now: Date): Segment | null {
  return guarded(place, () => {
    recoverSealing(place)
    const scan = scanJournal(place.file)
    cutTo(place.file, scan)
    return scan.records === 0 ? null : sealWhole(place, by, now, scan)
  })
}

/** Moves a journal's files into a new segment. Numbers are never used twice, not even those of segments that were discarded. */
function sealWhole(place: JournalPlace, by: Owner, now: Date, scan: JournalScan): Segment {
  const id = Math.max(0, ...finishedIds(place), ...listDiscarded(place).map(({ id: used }) => used)) + 1
  const folder = join(place.sealedFolder, `${id}.sealing`)
  makeFolderDurable(place.sealedFolder)
  makeFolderDurable(join(folder, contentName))
  const intent: Intent = { clearedAt: now.toISOString(), clearedBy: by }
  writeFileDurable(join(folder, intentName), `${JSON.stringify(intent)}\n`)
  moveInto(place, join(folder, contentName), filesToMove(place, true))
  return finish(place, id, intent, scan)
}

/** A seal that moved nothing yet: its folder goes. `rmdir` refuses should a record be in there after all. */
function takeBack(place: JournalPlace, folder: string): void {
  for (const name of namesIn(folder)) {
    if (name === contentName) rmdirSync(join(folder, name))
    else rmSync(join(folder, name))
  }
  rmdirSync(folder)
  fsyncFolder(place.sealedFolder)
}

/**
 * Finishes a seal that a crash interrupted, and takes back one that had moved nothing yet. Call it before the journal
 * is opened for appending. Throws `journal-corrupt`, `journal-failed`.
 */
export function recoverSealing(place: JournalPlace): void {
  guarded(place, () => {
    for (const id of sealingIds(place)) {
      const folder = join(place.sealedFolder, `${id}.sealing`)
      const content = join(folder, contentName)
      if (namesIn(content).length === 0) takeBack(place, folder)
      else {
        moveInto(place, content, filesToMove(place, false))
        finish(place, id, readIntent(folder), scanJournal(join(content, basename(place.file))))
      }
    }
  })
}

/**
 * Mends what stands beside the records where they prove it (ARCHITECTURE, "Journals"): before the journal is opened. Gives what it
 * found. Throws `journal-corrupt` where only a repair may, `journal-failed`.
 */
export function mendMetadata(place: JournalPlace): readonly JournalDamage[] {
  return guarded(place, () => [...mendDiscarded(place), ...mendSegments(place, false)])
}

/**
 * Before a repair goes on with a journal: one that holds damage is sealed as it stands, so that nothing is lost and a new file goes
 * on from its last whole record; so is one that was being sealed, and one that does not go on from the newest segment. Metadata that
 * cannot be believed are made anew. A journal without damage is left alone.
 */
export function setAsideDamaged(place: JournalPlace, by: Owner, now: Date): void {
  guarded(place, () => {
    for (const id of sealingIds(place)) {
      const folder = join(place.sealedFolder, `${id}.sealing`)
      const file = join(folder, contentName, basename(place.file))
      if (existsSync(file) && isDamaged(file)) {
        moveInto(place, join(folder, contentName), filesToMove(place, false))
        finish(place, id, readIntent(folder), scanDamaged(file).scan)
      }
    }
    recoverSealing(place)
    mendDiscarded(place)
    mendSegments(place, true)
    if (isDamaged(place.file) || !goesOn(place)) sealWhole(place, by, now, scanDamaged(place.file).scan)
  })
}

function isDamaged(file: string): boolean {
  for (const found of readWhatIsWhole(file)) if ('corrupt' in found) return true
  return false
}

/** Whether the current journal's first record follows the newest one that was sealed; also where either is not there. */
function goesOn(place: JournalPlace): boolean {
  const sealed = newestSealed(listSegments(place), listDiscarded(place))
  const { records, before } = scanJournal(place.file)
  return sealed === undefined || records === 0 || samePosition(before, sealed.last)
}
