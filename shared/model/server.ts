import { z } from '../zod.ts'
import { serverRoleSchema } from './domain.ts'
import { serviceStatusSchema } from './service.ts'

/** A row of the サーバ一覧: a server and the live state of its services, in start order. */
export const serverStatusSchema = z.object({
  name: z.string(),
  host: z.string(),
  site: z.string(),
  roles: z.array(serverRoleSchema),
  services: z.array(serviceStatusSchema),
})
export type ServerStatus = z.infer<typeof serverStatusSchema>
