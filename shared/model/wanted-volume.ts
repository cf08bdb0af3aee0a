import { z } from '../zod.ts'
import { problemSchema } from './problem.ts'

/** A volume that a run or a task waits for; `problem`: why the last answer was refused. */
export const wantedVolumeSchema = z.object({
  /** From 1. */
  number: z.number().int(),
  /** What is to be written on it, or stands there. */
  label: z.string(),
  /** The drive or device that the last one was in. */
  path: z.string(),
  /** Whether an archive's own volume is to be found; else it is a new one, to be written over. */
  reads: z.boolean(),
  problem: problemSchema.nullable(),
})
export type WantedVolume = z.infer<typeof wantedVolumeSchema>
