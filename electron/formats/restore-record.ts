import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { archiveHeaderSchema } from '../../shared/model/archive.ts'
import { fail } from '../../shared/model/problem.ts'
import { runIdSchema } from '../../shared/model/run-id.ts'
import { z } from '../../shared/zod.ts'
import { makeFolderDurable, writeFileDurable } from './durable-file.ts'
import { restoreFolder } from './restore-mark.ts'
import { guarded } from './state-file.ts'

/** Owner, mode and times of a folder that cannot be renamed itself. */
const folderFactsSchema = z.object({
  mode: z.number().int(),
  uid: z.number().int(),
  gid: z.number().int(),
  /** Nanoseconds since the epoch, as decimal digits. */
  mtime: z.string(),
})
export type FolderFacts = z.infer<typeof folderFactsSchema>

/**
 * One rename of a swap; paths are absolute, escaped as in a manifest where their bytes are no UTF-8. `own` names the end that lies in
 * a folder which only this restore knows: whether that end exists tells whether the rename took place.
 */
const moveSchema = z.object({ from: z.string(), to: z.string(), own: z.enum(['from', 'to']) })
export type Move = z.infer<typeof moveSchema>

/** What a restore exchanges as one: a backup target, or what a target that is a symbolic link points to. */
const restorePlaceSchema = z.object({
  host: z.string(),
  path: z.string(),
  /** A mount point cannot be renamed: its content is exchanged instead. */
  mode: z.enum(['rename', 'content']),
  /** The folder on the place's own filesystem that holds what is staged and what was replaced. */
  work: z.string(),
  staged: z.string(),
  replaced: z.string(),
})
export type RestorePlace = z.infer<typeof restorePlaceSchema>

const restoreRecordSchema = z.object({
  runId: runIdSchema,
  hosts: z.array(z.string()),
  at: z.string(),
  /**
   * `staging`: the live data is untouched. `swapping`: some prefix of `moves` was made. `swapped`: all of them, the replaced
   * data is kept. `undone`: none, and nothing staged is left. `discarded`: the replaced data is gone.
   */
  phase: z.enum(['staging', 'swapping', 'swapped', 'undone', 'discarded']),
  places: z.array(restorePlaceSchema),
  moves: z.array(moveSchema),
  /** Of the places in mode `content`: what their folder was and what it becomes. */
  folders: z.array(z.object({ path: z.string(), before: folderFactsSchema, after: folderFactsSchema })),
  archives: z.array(z.object({ path: z.string(), sha256: z.string(), header: archiveHeaderSchema })),
})
/** The durable record of one restore: its intent before the first rename, and where the replaced data lies afterwards. */
export type RestoreRecord = z.infer<typeof restoreRecordSchema>

const recordName = 'restore.json'

/** The folder of one restore, outside every target: its record, and what was collected before anything was replaced. */
export function restoreRunFolder(stateFolder: string, runId: string): string {
  return join(restoreFolder(stateFolder), runId)
}

/** Durable when it returns; after a crash either the former record stands or this one. Throws `state-folder-failed`. */
export function writeRestoreRecord(stateFolder: string, record: RestoreRecord): void {
  const folder = restoreRunFolder(stateFolder, record.runId)
  guarded(folder, () => {
    makeFolderDurable(folder)
    writeFileDurable(join(folder, recordName), `${JSON.stringify(record)}\n`)
  })
}

/** Null for a run that had not begun to stage. Throws `restore-record-corrupt`. */
export function readRestoreRecord(stateFolder: string, runId: string): RestoreRecord | null {
  const file = join(restoreRunFolder(stateFolder, runId), recordName)
  if (!runIdSchema.safeParse(runId).success || !existsSync(file)) return null
  try {
    return restoreRecordSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw fail('restore-record-corrupt', { file }, error)
  }
}

/** Every restore on record, oldest first. */
export function listRestoreRecords(stateFolder: string): readonly RestoreRecord[] {
  const folder = restoreFolder(stateFolder)
  const names = existsSync(folder) ? readdirSync(folder).sort() : []
  return names.flatMap((name) => readRestoreRecord(stateFolder, name) ?? [])
}
