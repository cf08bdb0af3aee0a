import { z } from '../zod.ts'
import { runOutcomeSchema } from './run.ts'

/** The unattended backups of a domain: what is planned, when next, and how the last one ended. Times are ISO 8601 in UTC. */
export const scheduleViewSchema = z.object({
  installed: z
    .object({
      scheduler: z.enum(['systemd', 'cron']),
      files: z.array(z.string()),
      /** `HH:MM`, or the scheduler's own expression. */
      calendar: z.string(),
      command: z.array(z.string()),
      user: z.string(),
    })
    .nullable(),
  next: z.string().nullable(),
  last: z
    .object({
      runId: z.string(),
      startedAt: z.string(),
      /** Null while it is unfinished. */
      outcome: runOutcomeSchema.nullable(),
      exitCode: z.number().int().nullable(),
    })
    .nullable(),
})
export type ScheduleView = z.infer<typeof scheduleViewSchema>
