import { z } from '../zod.ts'
import { journalSummarySchema } from './journal.ts'
import { lockStateSchema, sessionSchema } from './lease.ts'
import { positionSchema } from './position.ts'

/** One replica as the master sees it. Waiting counts records in the durable queue. */
export const replicaSchema = z.object({
  host: z.string(),
  waiting: z.number().int(),
  /** The position that the replica itself reported last; null if it was never heard. */
  applied: positionSchema.nullable(),
  lastHeard: z.string().nullable(),
})
export type Replica = z.infer<typeof replicaSchema>

/** What an address service says of itself in one answer. */
export const directoryStatusSchema = z.object({
  host: z.string(),
  master: z.boolean(),
  position: positionSchema,
  /** Set after a failed journal append: registrations are refused until the service is restarted. */
  readOnly: z.boolean(),
  users: z.number().int(),
  organizations: z.number().int(),
  /** Only the master holds these; empty and free elsewhere. */
  lock: lockStateSchema,
  sessions: z.array(sessionSchema),
  journals: z.array(journalSummarySchema),
  replicas: z.array(replicaSchema),
})
export type DirectoryStatus = z.infer<typeof directoryStatusSchema>
