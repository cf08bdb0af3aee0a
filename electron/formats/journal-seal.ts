import { existsSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Segment, segmentSchema } from '../../shared/model/journal.ts'
import { type Owner, ownerSchema } from '../../shared/model/owner.ts'
import { fail, ProblemError } from '../../shared/model/problem.ts'
import { z } from '../../shared/zod.ts'
import { fsyncFolder, makeFolderDurable, writeFileDurable } from './durable-file.ts'
import { cutTo } from './journal-file.ts'
import type { JournalPlace } from './journal-place.ts'
import { type JournalScan, readWhatIsWhole, scanJournal } from './journal-record.ts'
import { errorText } from './settings-error.ts'

/** Who clears and when, durable before the first file moves, so that recovery can name them. */
const intentName = 'sealing.json'
const metadataName = 'segment.json'
/** Apart from the metadata, so that no file of the journal's folder can be taken for it. */
const contentName = 'journal'
const intentSchema = z.object({ clearedAt: z.string(), clearedBy: ownerSchema })
type Intent = z.infer<typeof intentSchema>

/** The names in a folder, none where it is not there. */
export function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

function idsIn(place: JournalPlace, pattern: RegExp): readonly number[] {
  const ids = namesIn(place.sealedFolder).flatMap((name) => {
    const id = pattern.exec(name)?.[1]
    return id === undefined ? [] : [Number(id)]
  })
  return ids.sort((one, other) => one - other)
}

const finishedIds = (place: JournalPlace) => idsIn(place, /^([1-9]\d{0,14})$/)
/** Numbers are never used twice, not even those of segments that were discarded. */
function discardedIds(place: JournalPlace): readonly number[] {
  const file = join(place.sealedFolder, 'discarded.jsonl')
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => segmentSchema.parse(JSON.parse(line)).id)
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
  const { records, validBytes, oldest, newest, first, last } = scan
  const content = { records, bytes: validBytes, oldest, newest, first, last }
  const segment: Segment = { id, host: place.host, ...intent, ...content }
  writeFileDurable(join(folder, metadataName), `${JSON.stringify(segment)}\n`)
  for (const name of readdirSync(folder)) {
    if (name !== metadataName && name !== contentName) rmSync(join(folder, name))
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

/** Moves a journal's files into a new segment. */
function sealWhole(place: JournalPlace, by: Owner, now: Date, scan: JournalScan): Segment {
  const id = Math.max(0, ...finishedIds(place), ...discardedIds(place)) + 1
  const folder = join(place.sealedFolder, `${id}.sealing`)
  makeFolderDurable(place.sealedFolder)
  makeFolderDurable(join(folder, contentName))
  const intent: Intent = { clearedAt: now.toISOString(), clearedBy: by }
  writeFileDurable(join(folder, intentName), `${JSON.stringify(intent)}\n`)
  moveInto(place, join(folder, contentName), filesToMove(place, true))
  return finish(place, id, intent, scan)
}

function readIntent(folder: string): Intent {
  const file = join(folder, intentName)
  const source = existsSync(file) ? file : join(folder, metadataName)
  return intentSchema.parse(JSON.parse(readFileSync(source, 'utf8')))
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
 * Before a repair goes on with a journal: one that holds damage is sealed as it stands, so that nothing is lost and a new file goes
 * on from its last whole record; so is one that was being sealed. A journal without damage is left alone.
 */
export function setAsideDamaged(place: JournalPlace, by: Owner, now: Date): void {
  guarded(place, () => {
    for (const id of sealingIds(place)) {
      const folder = join(place.sealedFolder, `${id}.sealing`)
      const file = join(folder, contentName, basename(place.file))
      if (existsSync(file) && isDamaged(file)) {
        moveInto(place, join(folder, contentName), filesToMove(place, false))
        finish(place, id, readIntent(folder), scanDamaged(file))
      }
    }
    recoverSealing(place)
    if (isDamaged(place.file)) sealWhole(place, by, now, scanDamaged(place.file))
  })
}

function isDamaged(file: string): boolean {
  for (const found of readWhatIsWhole(file)) if ('corrupt' in found) return true
  return false
}

/** What a damaged journal holds of whole records. */
function scanDamaged(file: string): JournalScan {
  const records = [...readWhatIsWhole(file)].flatMap((found) => ('record' in found ? [found.record] : []))
  const times = records.map(({ at }) => at).sort()
  const positions = records.map(({ timeline, number }) => ({ timeline, number }))
  return {
    records: records.length,
    first: positions[0] ?? null,
    last: positions.at(-1) ?? null,
    before: records[0]?.previous ?? null,
    oldest: times[0] ?? null,
    newest: times.at(-1) ?? null,
    validBytes: statSync(file).size,
    torn: false,
  }
}

/** The sealed segments of a journal, oldest first. Throws `journal-failed` when one's metadata cannot be read. */
export function listSegments(place: JournalPlace): readonly Segment[] {
  return guarded(place, () =>
    finishedIds(place).map((id) =>
      segmentSchema.parse(JSON.parse(readFileSync(join(place.sealedFolder, String(id), metadataName), 'utf8'))),
    ),
  )
}
