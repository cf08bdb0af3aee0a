import { z } from '../zod.ts'
import { archiveSummarySchema } from './archive.ts'
import { ownerSchema } from './owner.ts'
import { problemSchema } from './problem.ts'

/** The steps of case (1); the first eight are the manual's own (15.2.3 (1)), the last two are this product's. */
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

/** What a step leaves behind for the record: counts, names, digests. */
export const receiptSchema = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))
export type Receipt = z.infer<typeof receiptSchema>

/** `refused`: nothing had been stopped. `failed-down`: services are down and the record says which. */
export const runOutcomeSchema = z.enum(['done', 'warnings', 'failed-restored', 'failed-down', 'cancelled', 'refused'])
export type RunOutcome = z.infer<typeof runOutcomeSchema>

const at = z.string()
const stepId = stepIdSchema

export const runStartedSchema = z.object({
  kind: z.literal('run-started'),
  runId: z.string(),
  runbook: z.enum(['master-backup']),
  host: z.string(),
  steps: z.array(stepIdSchema),
  owner: ownerSchema,
  at,
})
export type RunStarted = z.infer<typeof runStartedSchema>

/** A line of a run's journal; times are ISO 8601 in UTC. Each is durable before what it announces begins. */
export const runEventSchema = z.discriminatedUnion('kind', [
  runStartedSchema,
  z.object({ kind: z.literal('path-chosen'), at, to: z.string() }),
  z.object({ kind: z.literal('step-started'), stepId, at }),
  z.object({ kind: z.literal('step-done'), stepId, at, receipt: receiptSchema }),
  z.object({ kind: z.literal('step-failed'), stepId, at, problem: problemSchema }),
  /** Durable before a service is asked to stop: what a recovery must bring back. */
  z.object({ kind: z.literal('service-stopping'), at, host: z.string(), serviceId: z.string() }),
  z.object({ kind: z.literal('undo-started'), stepId, at }),
  z.object({ kind: z.literal('undo-done'), stepId, at }),
  z.object({ kind: z.literal('undo-failed'), stepId, at, problem: problemSchema }),
  z.object({ kind: z.literal('cancel-requested'), at }),
  z.object({ kind: z.literal('note'), at, text: z.object({ ja: z.string(), en: z.string() }) }),
  z.object({
    kind: z.literal('run-ended'),
    at,
    outcome: runOutcomeSchema,
    exitCode: z.number().int(),
    problem: problemSchema.nullable(),
    /** `host/service`, of those that the run stopped. */
    servicesDown: z.array(z.string()),
    /** From the first stop until all served again; null when nothing was stopped. */
    outageMs: z.number().nullable(),
    archive: archiveSummarySchema.nullable(),
  }),
])
export type RunEvent = z.infer<typeof runEventSchema>
