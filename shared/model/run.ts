import { z } from '../zod.ts'
import { archiveSummarySchema } from './archive.ts'
import { ownerSchema } from './owner.ts'
import { problemSchema } from './problem.ts'
import { runIdSchema } from './run-id.ts'

/** The steps of the run-books, by what they do (manual 15.2.3 (1), then verification and the start in reverse). */
export const stepIds = [
  'open-console',
  'take-lock',
  'clear-journal',
  'release-lock',
  'end-console',
  'stop-server',
  'stop-directory',
  'nxbackup',
  'verify',
  'start',
] as const
export const stepIdSchema = z.enum(stepIds)
export type StepId = z.infer<typeof stepIdSchema>

/** What a finished step leaves for the record. */
export const receiptSchema = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))
export type Receipt = z.infer<typeof receiptSchema>

export const runOutcomeSchema = z.enum(['done', 'warnings', 'failed-restored', 'failed-down', 'cancelled', 'refused'])
export type RunOutcome = z.infer<typeof runOutcomeSchema>

export const noteSchema = z.object({ ja: z.string(), en: z.string() })

/** ISO 8601, UTC. */
const at = z.string()
const stepId = stepIdSchema

/** The first event of every run. */
export const runStartedSchema = z.object({
  kind: z.literal('run-started'),
  runId: runIdSchema,
  runbook: z.enum(['master-backup']),
  host: z.string(),
  /** In their order; `title` is the key of a message. */
  steps: z.array(z.object({ id: stepId, title: z.string() })),
  owner: ownerSchema,
  at,
  /** Where the archive goes; null until it was asked for. */
  to: z.string().nullable(),
})
export type RunStarted = z.infer<typeof runStartedSchema>

/** A line of a run's journal (ARCHITECTURE, "Runs"): each is durable before what it announces begins. */
export const runEventSchema = z.discriminatedUnion('kind', [
  runStartedSchema,
  z.object({ kind: z.literal('step-started'), stepId, at }),
  z.object({ kind: z.literal('step-done'), stepId, at, receipt: receiptSchema }),
  z.object({ kind: z.literal('step-failed'), stepId, at, problem: problemSchema }),
  z.object({ kind: z.literal('step-skipped'), stepId, at }),
  z.object({ kind: z.literal('undo-started'), stepId, at }),
  z.object({ kind: z.literal('undo-done'), stepId, at }),
  z.object({ kind: z.literal('undo-failed'), stepId, at, problem: problemSchema }),
  z.object({ kind: z.literal('cancel-requested'), at }),
  z.object({ kind: z.literal('note'), at, text: noteSchema }),
  z.object({
    kind: z.literal('run-ended'),
    at,
    outcome: runOutcomeSchema,
    exitCode: z.number().int(),
    problem: problemSchema.nullable(),
    /** `host/service` of those that the run stopped and that do not serve. */
    servicesDown: z.array(z.string()),
    /** Milliseconds; null when nothing was stopped. */
    outageMs: z.number().nullable(),
    archive: archiveSummarySchema.nullable(),
  }),
])
export type RunEvent = z.infer<typeof runEventSchema>
