import { z } from '../zod.ts'

/** Progress of a long operation, in bytes read from its sources; a repair counts its records as members and no bytes. Times in milliseconds. */
export const progressSchema = z.object({
  phase: z.enum(['scan', 'archive', 'verify', 'copy', 'extract', 'repair']),
  bytesDone: z.number(),
  bytesTotal: z.number(),
  membersDone: z.number(),
  membersTotal: z.number(),
  /** Bytes a second over the last seconds; null until it can be told. */
  rate: z.number().nullable(),
  remainingMs: z.number().nullable(),
  /** The member that is being read, for the eye only (bytes that are no UTF-8 are replaced). */
  current: z.string().nullable(),
})
export type Progress = z.infer<typeof progressSchema>
