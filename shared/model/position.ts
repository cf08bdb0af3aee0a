import { z } from '../zod.ts'

/** A change's identity: numbers grow by one on a timeline; a restore that leaves repair starts a new timeline (design §4). */
export const positionSchema = z.object({ timeline: z.string(), number: z.number().int().nonnegative() })
export type Position = z.infer<typeof positionSchema>
