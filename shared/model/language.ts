import { z } from '../zod.ts'

export const languageSchema = z.enum(['ja', 'en'])
export type Language = z.infer<typeof languageSchema>
