import { z } from '../zod.ts'
import { changeSchema } from './change.ts'
import { entitySchema } from './entity.ts'
import { positionSchema } from './position.ts'

/** What is done with records that only the replica holds. */
export const newerChoiceSchema = z.enum(['refuse', 'bring-back', 'overwrite'])
export type NewerChoice = z.infer<typeof newerChoiceSchema>

export const reconcileProgressSchema = z.object({
  phase: z.enum(['bring-back', 'send', 'compare', 'records']),
  done: z.number().int(),
  total: z.number().int(),
})
export type ReconcileProgress = z.infer<typeof reconcileProgressSchema>

/** 整合性確保 of one server, as it ended. */
export const reconcileReportSchema = z.object({
  host: z.string(),
  /** `newer`: nothing was overwritten, because only this server holds the records in `newer`. */
  outcome: z.enum(['done', 'newer']),
  position: positionSchema,
  /** Records that were waiting and were sent. */
  sent: z.number().int(),
  /** Entities whose digests were compared. */
  compared: z.number().int(),
  /** What differed and is as on the master now: entities put and removed; at most the first 1,000 of `repairedTotal`. */
  repaired: z.array(z.object({ action: z.enum(['put', 'remove']), entity: entitySchema })),
  repairedTotal: z.number().int(),
  /** Records that only this server held; at most the first 1,000 of `newerTotal`. */
  newer: z.array(changeSchema),
  newerTotal: z.number().int(),
  /** What became of them on the master: registered again, or why not. */
  broughtBack: z.array(
    z.object({ change: changeSchema, entity: entitySchema.nullable(), code: z.string().nullable() }),
  ),
})
export type ReconcileReport = z.infer<typeof reconcileReportSchema>
