import { archiveFactsSchema, archivePageSchema } from './model/archive-browse.ts'
import {
  activitySchema,
  directoryViewSchema,
  ownLockSchema,
  preferencesSchema,
  runViewSchema,
  sessionViewSchema,
  snapshotSchema,
} from './model/console.ts'
import {
  editedSchema,
  editLimit,
  editSchema,
  locateQuerySchema,
  searchQuerySchema,
  searchResultSchema,
} from './model/entity.ts'
import { backupsViewSchema, historyFilterSchema, historyPageSchema } from './model/history.ts'
import { csvEncodingSchema } from './model/import.ts'
import { segmentSchema } from './model/journal.ts'
import { changeRangeSchema } from './model/position.ts'
import type { problemSchema } from './model/problem.ts'
import { progressSchema } from './model/progress.ts'
import { newerChoiceSchema } from './model/reconcile.ts'
import { repairPlanSchema } from './model/repair.ts'
import { runStateSchema } from './model/run-state.ts'
import { scheduleViewSchema } from './model/schedule.ts'
import { serverStatusSchema } from './model/server.ts'
import { taskSchema } from './model/task.ts'
import { z } from './zod.ts'

const nothing = z.null()
const hostSchema = z.string().min(1).max(255)
/** `show`: what the third list of 名前データベース shows. */
const windowSchema = z.strictObject({
  kind: z.enum(['name-database', 'run-book', 'history', 'archive']),
  show: z.enum(['user', 'board']).optional(),
})
/** An absolute path as the operator typed it: checked in core, never handed to a shell. */
const pathSchema = z.string().min(1).max(4096)

/** A page of what an archive holds; `next`: what the page before ended with. */
const archivePageInput = {
  next: z.string().max(65_536).nullable(),
  limit: z.number().int().positive().max(1000),
} as const

/** A page of a list. */
const pageInput = { offset: z.number().int().nonnegative(), limit: z.number().int().positive().max(1000) } as const

/**
 * The only truth about IPC: every command with its input and output, every event with its payload (design §10).
 * A command answers `{ok: true, value}` or `{ok: false, problem}`.
 */
export const commands = {
  'state.snapshot': { input: nothing, output: snapshotSchema },
  'preferences.set': { input: preferencesSchema.partial().strict(), output: preferencesSchema },
  /** 運転席にログオン; the answer to a failed one names why. */
  'session.logon': { input: nothing, output: nothing },
  /** Ends the session and closes the 名前データベース window; refused while the バックアップ dialog holds 排他. */
  'session.logoff': { input: nothing, output: nothing },
  /** 運転席終了: logs off and quits; asks to be called again with `confirmed` while a run is going on. */
  'console.quit': { input: z.strictObject({ confirmed: z.boolean() }), output: z.object({ quitting: z.boolean() }) },
  'window.open': { input: windowSchema, output: nothing },
  'window.close': { input: nothing, output: nothing },
  'servers.start': { input: z.strictObject({ host: hostSchema, serviceId: z.string().nullable() }), output: nothing },
  'servers.stop': { input: z.strictObject({ host: hostSchema, serviceId: z.string().nullable() }), output: nothing },
  'directory.search': { input: searchQuerySchema.strict(), output: searchResultSchema },
  /** Typing ahead: the place of the row that it leads to in the whole list, or null. */
  'directory.locate': { input: locateQuerySchema.strict(), output: z.number().int().nullable() },
  /** Registrations, changes and deletions as one: all of them or none. */
  'directory.edit': {
    input: z.strictObject({ edits: z.array(editSchema).min(1).max(editLimit) }),
    output: editedSchema,
  },
  /** Bulk registration from a CSV file, or with `dryRun` only its check, as a task; answers with its id. */
  'directory.import': {
    input: z.strictObject({ file: pathSchema, encoding: csvEncodingSchema, partial: z.boolean(), dryRun: z.boolean() }),
    output: z.string(),
  },
  /** Lets the operator choose a CSV file, an archive, or the folder of a set of archives; null: none was. */
  'file.choose': {
    input: z.strictObject({ what: z.enum(['csv', 'archive', 'folder']) }),
    output: z.string().nullable(),
  },
  /** [データベース(D)] → [バックアップ(B)]: begins 排他. */
  'backup.open': { input: nothing, output: nothing },
  /** [閉じる]: ends 排他. */
  'backup.close': { input: nothing, output: nothing },
  /** [ジャーナルクリア]; null: there was no record to seal. Needs the lock of `backup.open`. */
  'journal.clear': { input: z.strictObject({ host: hostSchema }), output: segmentSchema.nullable() },
  /** Prepares the run-book of case (1) for a server; `run` of the snapshot then waits for 次へ. */
  'run.prepare': { input: z.strictObject({ host: hostSchema }), output: nothing },
  /** A fresh time-stamped archive path to offer in the nxbackup dialog. */
  'run.suggestPath': { input: nothing, output: z.string() },
  /** One step; `to` is the answer to the nxbackup prompt, needed from that step on. Returns when the step began. */
  'run.next': { input: z.strictObject({ to: pathSchema.nullable() }), output: nothing },
  /** All that is left, in one go. */
  'run.all': { input: z.strictObject({ to: pathSchema.nullable() }), output: nothing },
  /** The answer to `run.volume` of the snapshot: the device that the volume is in, or null: give up. */
  'run.volume': { input: z.strictObject({ path: pathSchema.nullable() }), output: nothing },
  'run.cancel': { input: nothing, output: nothing },
  /** Puts an ended run away, or gives up one that was prepared and did nothing yet. */
  'run.dismiss': { input: nothing, output: nothing },
  /** Brings the services of a run found unfinished back up and settles it. */
  'run.rollback': { input: nothing, output: nothing },
  /** Goes on with it: what it had archived is verified and its journal cleared, a half made exchange is made whole. */
  'run.resume': { input: nothing, output: nothing },
  /** [データベース(D)] → [整合性確保(K)]: begins it as a task and answers with its id. */
  'reconcile.start': { input: z.strictObject({ host: hostSchema, newer: newerChoiceSchema }), output: z.string() },
  /** What データ修復 of a server would replay, and what nobody holds; changes nothing. */
  'repair.inspect': { input: z.strictObject({ host: hostSchema }), output: repairPlanSchema },
  /** Prepares the run-book of データ修復; `acceptLoss` names by number exactly what is given up. */
  'repair.prepare': {
    input: z.strictObject({ host: hostSchema, acceptLoss: z.array(changeRangeSchema) }),
    output: nothing,
  },
  /** Reads the archives of a restore to their end and plans it, as a task whose `plan` tells; answers with its id. */
  'restore.survey': {
    input: z.strictObject({ hosts: z.array(hostSchema).min(1), from: pathSchema }),
    output: z.string(),
  },
  'restore.prepare': {
    input: z.strictObject({
      hosts: z.array(hostSchema).min(1),
      from: pathSchema,
      acceptLoss: z.array(changeRangeSchema),
    }),
    output: nothing,
  },
  /** Which archive the アーカイブ window shows from now on. */
  'archive.choose': { input: z.strictObject({ path: pathSchema }), output: nothing },
  /** What an archive is, without reading it whole. Throws, as whatever reads on in it, `volume-wanted` (12) where one of its volumes has to be asked for. */
  'archive.open': { input: z.strictObject({ path: pathSchema }), output: archiveFactsSchema },
  /** Asks, as a task, where an archive's volumes are; answers with its id, also where it goes on already. Where they were found is known from then on. */
  'archive.volumes': { input: z.strictObject({ path: pathSchema }), output: z.string() },
  /** What stands in one folder of an archive (`/` at the top), by name. */
  'archive.folder': {
    input: z.strictObject({ path: pathSchema, folder: z.string().max(65_536), ...archivePageInput }),
    output: archivePageSchema,
  },
  /** Members whose path holds the text, letters in either case. */
  'archive.search': {
    input: z.strictObject({ path: pathSchema, text: z.string().min(1).max(256), ...archivePageInput }),
    output: archivePageSchema,
  },
  /** Takes chosen entries out into a new folder, as a task; answers with its id. */
  'archive.extract': {
    input: z.strictObject({
      path: pathSchema,
      select: z.array(z.string().max(65_536)).min(1).max(10_000),
      to: pathSchema,
    }),
    output: z.string(),
  },
  /** The answer to a task's `volume`: the device that it is in, or null: give the task up. */
  'task.volume': { input: z.strictObject({ id: z.string(), path: pathSchema.nullable() }), output: nothing },
  'task.cancel': { input: z.strictObject({ id: z.string() }), output: nothing },
  /** Puts an ended task away. */
  'task.dismiss': { input: z.strictObject({ id: z.string() }), output: nothing },
  /** The 履歴, newest first. */
  'history.page': {
    input: z.strictObject({
      filter: historyFilterSchema,
      ...pageInput,
    }),
    output: historyPageSchema,
  },
  'history.run': { input: z.strictObject({ runId: z.string().max(64) }), output: runStateSchema },
} as const

export type CommandName = keyof typeof commands
export type CommandInput<Name extends CommandName> = z.input<(typeof commands)[Name]['input']>
export type CommandOutput<Name extends CommandName> = z.output<(typeof commands)[Name]['output']>

/** A slice of the snapshot each, but `progress`, which replaces `run.progress` (at most 10 a second, the last one kept). */
export const events = {
  preferences: preferencesSchema,
  servers: z.array(serverStatusSchema),
  directory: directoryViewSchema,
  session: sessionViewSchema,
  lock: ownLockSchema,
  activities: z.array(activitySchema),
  run: runViewSchema.nullable(),
  backups: backupsViewSchema,
  schedule: scheduleViewSchema.nullable(),
  tasks: z.array(taskSchema),
  archive: z.string().nullable(),
  progress: progressSchema,
} as const

export type EventName = keyof typeof events
export type EventPayload<Name extends EventName> = z.output<(typeof events)[Name]>

/** What travels on the `event` channel. Revisions grow by one; a gap makes the renderer load a snapshot again. */
export type EventEnvelope = {
  [Name in EventName]: { readonly name: Name; readonly revision: number; readonly payload: EventPayload<Name> }
}[EventName]

/** What the shell itself tells one window on the `event` channel: someone closed the main window during a run. */
export type ShellSignal =
  | { readonly signal: 'quit-asked' }
  /** [DBメンテナンス(D)] was chosen for a window that is open already: what its third list shows. */
  | { readonly signal: 'show'; readonly list: 'user' | 'board' }

export type CommandReply<Name extends CommandName> =
  | { readonly ok: true; readonly value: CommandOutput<Name> }
  | { readonly ok: false; readonly problem: z.output<typeof problemSchema> }

/** The two physical channels. */
export const channels = { command: 'untenseki:command', event: 'untenseki:event' } as const
