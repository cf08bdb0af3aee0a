import { z } from '../zod.ts'
import { ownerSchema } from './owner.ts'
import { fail, type ProblemError } from './problem.ts'

/** 排他, the exclusive lock at the master's address service (design §5). */
export const lockStateSchema = z.discriminatedUnion('held', [
  z.object({ held: z.literal(false) }),
  z.object({
    held: z.literal(true),
    owner: ownerSchema,
    /** ISO 8601, UTC. */
    since: z.string(),
    /** Fencing token: grows with every grant, never repeats. */
    token: z.number().int().positive(),
    leaseMs: z.number(),
    /** Until it runs out unless renewed, on the service's monotonic clock. */
    remainingMs: z.number(),
  }),
])
export type LockState = z.infer<typeof lockStateSchema>
export type HeldLock = Extract<LockState, { held: true }>

/** A console session (運転席): a leased login at the master's address service. */
export const sessionSchema = z.object({ id: z.string(), owner: ownerSchema, since: z.string() })
export type Session = z.infer<typeof sessionSchema>

/** `console-open` (11) with the consoles that are logged on, the longest first. */
export function consoleOpen(consoles: readonly Session[]): ProblemError {
  const who = consoles.map(({ owner }) => `${owner.operator}@${owner.host} (pid ${owner.pid})`).join(', ')
  return fail('console-open', { consoles: who, since: consoles[0]?.since ?? '' })
}
