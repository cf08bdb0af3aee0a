import { z } from '../zod.ts'
import { entitySchema } from './entity.ts'

/** A change as it stands in the master's outbox, goes to the replicas, and is kept, linked, in every journal. */
export const changeSchema = z.object({
  timeline: z.string().min(1),
  number: z.number().int().nonnegative(),
  /** ISO 8601, UTC. */
  at: z.string(),
  operator: z.string(),
  action: z.enum(['register', 'change', 'delete']),
  /** Null for a registration. */
  before: entitySchema.nullable(),
  /** Null for a deletion. */
  after: entitySchema.nullable(),
})
export type Change = z.infer<typeof changeSchema>
