import { z } from '../zod.ts'
import { archiveSummarySchema } from './archive.ts'
import { ownerSchema } from './owner.ts'
import { problemSchema } from './problem.ts'
import { serverShapeSchema } from './server-shape.ts'

/** What a step of any run-book is (manual 15.2.3, and what this product adds), in no order; see `runbookSteps`. */
export const stepIds = [
  'check-console',
  'check-replication',
  'open-console',
  'take-lock',
  'clear-journal',
  'release-lock',
  'end-console',
  'stop-server',
  'stop-directory',
  'stop-address-service',
  'stop-object-server',
  'nxbackup',
  'seal',
  'verify',
  'start',
  'await-replication',
  'second-copy',
  'discard',
  'check-archive',
  'collect',
  'stage',
  'swap',
  'settle-data',
  'repair',
] as const
export const stepIdSchema = z.enum(stepIds)
export type StepId = z.infer<typeof stepIdSchema>

/** A step's name, unique in its run: its id, and the host where the run does it once a server. */
export type StepName = StepId | `${StepId}@${string}`

export function stepIdOf(name: StepName): StepId {
  const [id] = name.split('@')
  return id as StepId
}

/** The host after the `@`, or null. */
export function stepHostOf(name: StepName): string | null {
  const at = name.indexOf('@')
  return at < 0 ? null : name.slice(at + 1)
}

export const stepNameSchema = z.custom<StepName>(
  (value) => typeof value === 'string' && stepIdSchema.safeParse(value.split('@')[0]).success && !value.endsWith('@'),
)

/** The run-books: cases (1), (3), then (2), (4) and rounds of manual 15.2.3; restore and データ修復. */
export const runbookSchema = z.enum(['master-backup', 'server-backup', 'unattended-backup', 'restore', 'repair'])
export type Runbook = z.infer<typeof runbookSchema>

/** Every step that a run-book may have, in its order. */
const runbookSteps: Readonly<Record<Runbook, readonly StepId[]>> = {
  'master-backup': [
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
    'second-copy',
    'discard',
  ],
  'server-backup': [
    'check-replication',
    'open-console',
    'take-lock',
    'clear-journal',
    'release-lock',
    'stop-server',
    'end-console',
    'stop-directory',
    'nxbackup',
    'verify',
    'start',
    'await-replication',
    'second-copy',
    'discard',
  ],
  'unattended-backup': [
    'check-console',
    'check-replication',
    'stop-server',
    'stop-address-service',
    'stop-object-server',
    'nxbackup',
    'seal',
    'verify',
    'start',
    'second-copy',
    'discard',
  ],
  restore: [
    'check-archive',
    'check-console',
    'collect',
    'stop-server',
    'stop-address-service',
    'stop-object-server',
    'stage',
    'swap',
    'settle-data',
    'start',
    'repair',
    'await-replication',
  ],
  repair: ['check-console', 'repair', 'await-replication'],
}

/**
 * A step's number among those of its run: up to nxbackup the manual's own for cases (1) and (3), also where steps before it
 * are not needed; from there on, and in the other run-books, one after the other without a gap.
 */
export function stepNumber(runbook: Runbook, name: StepName, steps: readonly StepName[]): number {
  const all = runbookSteps[runbook]
  const manual = runbook === 'master-backup' || runbook === 'server-backup' ? all.indexOf('nxbackup') + 1 : 0
  const place = all.indexOf(stepIdOf(name))
  if (place < manual) return place + 1
  const present = all.slice(manual, place + 1).filter((id) => steps.some((each) => stepIdOf(each) === id))
  return manual + present.length
}

/** What a step leaves behind for the record: counts, names, digests. */
export const receiptSchema = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))
export type Receipt = z.infer<typeof receiptSchema>

/** `refused`: nothing had been stopped. `failed-down`: services are down and the record says which. */
export const runOutcomeSchema = z.enum(['done', 'warnings', 'failed-restored', 'failed-down', 'cancelled', 'refused'])
export type RunOutcome = z.infer<typeof runOutcomeSchema>

const at = z.string()
const host = z.string()
const stepId = stepNameSchema

export const runStartedSchema = z.object({
  kind: z.literal('run-started'),
  runId: z.string(),
  runbook: runbookSchema,
  /** The server that the run is about; of a round, the first. */
  host,
  /** Every server that the run holds: no other run and no start by hand works there meanwhile. */
  hosts: z.array(host),
  /** Borne by every archive of the run: those of one round belong together. */
  setId: z.string(),
  steps: z.array(stepNameSchema),
  owner: ownerSchema,
  at,
  /** Of a backup: all servers of the domain as they were then. Records from before this was kept lack it. */
  servers: z.array(serverShapeSchema).optional(),
})
export type RunStarted = z.infer<typeof runStartedSchema>

/** A line of a run's journal; times are ISO 8601 in UTC. Each is durable before what it announces begins. */
export const runEventSchema = z.discriminatedUnion('kind', [
  runStartedSchema,
  /** Where this server's archive goes, or comes from. */
  z.object({ kind: z.literal('path-chosen'), at, host, to: z.string() }),
  z.object({ kind: z.literal('step-started'), stepId, at }),
  z.object({ kind: z.literal('step-done'), stepId, at, receipt: receiptSchema }),
  /** There was nothing for it to do, because its server had failed before, or a late cancel left it out. */
  z.object({ kind: z.literal('step-left-out'), stepId, at }),
  z.object({ kind: z.literal('step-failed'), stepId, at, problem: problemSchema }),
  /** Durable before a service is asked to stop: what a recovery must bring back. */
  z.object({ kind: z.literal('service-stopping'), at, host, serviceId: z.string() }),
  /** A service that the run had stopped was proven to serve again. */
  z.object({ kind: z.literal('service-started'), at, host, serviceId: z.string() }),
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
    /** Those that stand under their final names, verified. */
    archives: z.array(archiveSummarySchema),
    /** What the operator should know although the run did what it was for. */
    warnings: z.array(problemSchema),
  }),
])
export type RunEvent = z.infer<typeof runEventSchema>
