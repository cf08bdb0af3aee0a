import { z } from '../zod.ts'
import { positionSchema } from './position.ts'
import { problemSchema } from './problem.ts'
import { repairPlanSchema } from './repair.ts'

/** An archive that a restore brings back, as its header says and its verification found. */
export const restoreArchiveSchema = z.object({
  host: z.string(),
  server: z.string(),
  path: z.string(),
  sha256: z.string(),
  bytes: z.number(),
  contentBytes: z.number(),
  setId: z.string(),
  /** ISO 8601, UTC: when the backup began. */
  startedAt: z.string(),
  position: positionSchema.nullable(),
})
export type RestoreArchive = z.infer<typeof restoreArchiveSchema>

/**
 * Which case of the manual a restore is (facts §8): `master-with-journal`, whose master alone suffices; `master-without-journal`,
 * all servers from one set; `server`, one or more servers other than the master.
 */
export const restoreCaseSchema = z.enum(['master-with-journal', 'master-without-journal', 'server'])
export type RestoreCase = z.infer<typeof restoreCaseSchema>

/** What a restore would do, before anything is stopped. */
export const restorePlanSchema = z.object({
  case: restoreCaseSchema,
  archives: z.array(restoreArchiveSchema),
  /** The servers whose services stop: with the master, every server (manual). */
  stops: z.array(z.string()),
  places: z.array(
    z.object({ host: z.string(), path: z.string(), bytes: z.number(), exchange: z.enum(['rename', 'content']) }),
  ),
  /** What データ修復 would replay, and what nobody holds any more, a row a server. */
  repairs: z.array(repairPlanSchema),
  /** What the operator should know; none of it keeps the restore from being done. */
  warnings: z.array(problemSchema),
})
export type RestorePlan = z.infer<typeof restorePlanSchema>
