import { z } from '../zod.ts'
import { serverConfigSchema } from './domain.ts'

/** What was stated of a server when a backup began: once it changes, another one is due (facts §9). */
export const serverShapeSchema = serverConfigSchema
  .pick({ host: true, name: true, site: true, roles: true, layout: true, prefix: true })
  .extend({
    /** SHA-256 (hex) of its services, further targets and settings files; null where that was not looked at. */
    settings: z.string().nullable(),
  })
export type ServerShape = z.infer<typeof serverShapeSchema>
