import { z } from '../zod.ts'

/** Who holds a lock, a session or a run, as the screen and every refusal name them. */
export const ownerSchema = z.object({
  operator: z.string().min(1).max(64),
  host: z.string().min(1).max(255),
  pid: z.number().int().positive(),
  kind: z.enum(['console', 'command']),
})
export type Owner = z.infer<typeof ownerSchema>
