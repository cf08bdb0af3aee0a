import { z } from '../zod.ts'
import { entitySchema } from './entity.ts'
import { timelineSchema } from './position.ts'

/** A change as it stands in the master's outbox, goes to the replicas, and is kept, linked, in every journal. */
export const changeSchema = z.object({
  timeline: z.string().min(1),
  number: z.number().int().nonnegative(),
  /** How its timeline descends, itself first, so that any surviving record tells; left out on the domain's first timeline. */
  descent: z.array(timelineSchema).optional(),
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
