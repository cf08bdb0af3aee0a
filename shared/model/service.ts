import { z } from '../zod.ts'
import { problemSchema } from './problem.ts'

/** Lowest layer first: each kind needs the ones before it (manual 15.2.3; facts: start is the reverse of stop). */
export const serviceKinds = ['object-server', 'address-service', 'server', 'dependent'] as const
export const serviceKindSchema = z.enum(serviceKinds)
export type ServiceKind = z.infer<typeof serviceKindSchema>

export const serviceStateSchema = z.enum(['running', 'starting', 'stopping', 'stopped', 'failed'])
export type ServiceState = z.infer<typeof serviceStateSchema>

/** What a driver found out about one service, with proof, at one moment. */
export const serviceStatusSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: serviceKindSchema,
  state: serviceStateSchema,
  pid: z.number().int().nullable(),
  /** ISO 8601, UTC: when the process started; null while there is none. */
  since: z.string().nullable(),
  /** Why it failed, or null. */
  problem: problemSchema.nullable(),
})
export type ServiceStatus = z.infer<typeof serviceStatusSchema>
