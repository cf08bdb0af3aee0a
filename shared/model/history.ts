import { z } from '../zod.ts'
import { ownerSchema } from './owner.ts'
import { problemSchema } from './problem.ts'
import { runbookSchema, runOutcomeSchema } from './run.ts'

/** Which runs the 履歴 window asks for; what is null does not narrow. */
export const historyFilterSchema = z.strictObject({
  host: z.string().nullable(),
  runbook: runbookSchema.nullable(),
  /** `unfinished`: its process died, or it is still going on. */
  outcome: z.enum([...runOutcomeSchema.options, 'unfinished']).nullable(),
  /** Any part of the operator's name or of an archive's path. */
  text: z.string().max(256),
})
export type HistoryFilter = z.infer<typeof historyFilterSchema>

/** A row of the 履歴: a run as its record tells it; a record that cannot be read has its `problem` and little else. */
export const historyRowSchema = z.object({
  runId: z.string(),
  runbook: runbookSchema.nullable(),
  hosts: z.array(z.string()),
  owner: ownerSchema.nullable(),
  /** ISO 8601, UTC. */
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  outcome: runOutcomeSchema.nullable(),
  outageMs: z.number().nullable(),
  archives: z.array(z.string()),
  problem: problemSchema.nullable(),
})
export type HistoryRow = z.infer<typeof historyRowSchema>

export const historyPageSchema = z.object({ rows: z.array(historyRowSchema), total: z.number().int() })
export type HistoryPage = z.infer<typeof historyPageSchema>

/** Why a backup is due, beside changes of the name database; `host`: the server whose change it is. */
export const dueSchema = z.object({
  reason: z.enum([
    'line-left',
    'server-added',
    'server-removed',
    'server-changed',
    'site-changed',
    'mail-set-up',
    'settings-changed',
  ]),
  host: z.string(),
})
export type Due = z.infer<typeof dueSchema>

/** The newest good backup of one server, and what speaks for another one (facts §9). */
export const lastBackupSchema = z.object({
  host: z.string(),
  /** ISO 8601, UTC; null: there was none. */
  at: z.string().nullable(),
  path: z.string().nullable(),
  /** Changes of the name database since then; null where it cannot be told. */
  changesSince: z.number().int().nullable(),
  due: z.array(dueSchema),
})
export type LastBackup = z.infer<typeof lastBackupSchema>

/** What the main window says of the past: the newest run of all, and each server's newest backup. */
export const backupsViewSchema = z.object({
  newest: z.object({ runId: z.string(), outcome: runOutcomeSchema.nullable() }).nullable(),
  last: z.array(lastBackupSchema),
  /** Which verified archives, by path, cover each sealed segment (design §6). */
  coverage: z.array(z.object({ host: z.string(), segment: z.number().int(), archives: z.array(z.string()) })),
  /** That the master stands behind what archives on record attest; null: it does not, or it waits for repair, or cannot be asked. */
  behind: problemSchema.nullable(),
  /** Why the above is not all there is to say; null: it is. */
  problem: problemSchema.nullable(),
})
export type BackupsView = z.infer<typeof backupsViewSchema>
