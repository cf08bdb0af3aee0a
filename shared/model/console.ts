import { z } from '../zod.ts'
import { directoryStatusSchema } from './directory.ts'
import { backupsViewSchema } from './history.ts'
import { languageSchema } from './language.ts'
import { lockStateSchema, sessionSchema } from './lease.ts'
import { problemSchema } from './problem.ts'
import { progressSchema } from './progress.ts'
import { runStateSchema } from './run-state.ts'
import { scheduleViewSchema } from './schedule.ts'
import { serverStatusSchema } from './server.ts'
import { taskSchema } from './task.ts'
import { wantedVolumeSchema } from './wanted-volume.ts'

/** What the console remembers across restarts, in the user's own folder. */
export const preferencesSchema = z.object({
  language: languageSchema,
  /** Whether the 名前データベース window opens with the console. */
  openNameDatabase: z.boolean(),
})
export type Preferences = z.infer<typeof preferencesSchema>

/** The name database as the console last heard of it: at the master's address service. */
export const directoryViewSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unknown') }),
  z.object({ kind: z.literal('up'), status: directoryStatusSchema }),
  z.object({ kind: z.literal('down'), problem: problemSchema }),
])
export type DirectoryView = z.infer<typeof directoryViewSchema>

/** Whether this console is logged on (運転席). `ended` says why a session that was live is not any more. */
export const sessionViewSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('off'), ended: problemSchema.nullable() }),
  z.object({ kind: z.literal('on'), session: sessionSchema }),
])

/** 排他 as this console holds it for its バックアップ dialog or a run. */
export const ownLockSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('held'), lock: lockStateSchema }),
  z.object({ kind: z.literal('lost'), problem: problemSchema }),
])
export type OwnLock = z.infer<typeof ownLockSchema>

/** A start or stop asked for from this console, until it is settled and a moment after. */
export const activitySchema = z.object({
  id: z.string(),
  action: z.enum(['start', 'stop']),
  host: z.string(),
  /** Null: the whole server, in the right order. */
  serviceId: z.string().nullable(),
  /** The service being worked on now. */
  current: z.string().nullable(),
  state: z.enum(['running', 'done', 'failed']),
  problem: problemSchema.nullable(),
})
export type Activity = z.infer<typeof activitySchema>

/** A run of a run-book that this console drives, or one found unfinished at its start. */
export const runViewSchema = z.object({
  state: runStateSchema,
  /** `idle`: waits for 次へ; `busy`: a step runs; `cancelling`; `ended`; `unfinished`: its process died. */
  phase: z.enum(['idle', 'busy', 'cancelling', 'ended', 'unfinished']),
  progress: progressSchema.nullable(),
  /** Where the archive goes; null until it was asked for. */
  to: z.string().nullable(),
  /** ISO 8601: when the first service was stopped; null before that. */
  outageSince: z.string().nullable(),
  /** How long services may be down before the archive is given up; null: as long as it takes. */
  outageLimitMs: z.number().nullable(),
  /** Why the last 次へ or すべて実行 was refused without anything being done. */
  refusal: problemSchema.nullable(),
  /** Null while none is asked for. */
  volume: wantedVolumeSchema.nullable(),
})
export type RunView = z.infer<typeof runViewSchema>

/** Everything a window shows, but what it searched for itself. */
export const snapshotSchema = z.object({
  revision: z.number().int(),
  domain: z.object({ name: z.string(), file: z.string(), backups: z.string() }),
  operator: z.string(),
  host: z.string(),
  preferences: preferencesSchema,
  servers: z.array(serverStatusSchema),
  directory: directoryViewSchema,
  session: sessionViewSchema,
  lock: ownLockSchema,
  activities: z.array(activitySchema),
  run: runViewSchema.nullable(),
  backups: backupsViewSchema,
  /** Null: it could not be told. */
  schedule: scheduleViewSchema.nullable(),
  tasks: z.array(taskSchema),
  /** The archive that the アーカイブ window shows; null: none was chosen yet. */
  archive: z.string().nullable(),
})
export type Snapshot = z.infer<typeof snapshotSchema>
