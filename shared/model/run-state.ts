import { z } from '../zod.ts'
import { archiveSummarySchema } from './archive.ts'
import { assertNever } from './assert-never.ts'
import { ownerSchema } from './owner.ts'
import { problemSchema } from './problem.ts'
import { type RunEvent, receiptSchema, runOutcomeSchema, stepIdSchema } from './run.ts'

export const stepViewSchema = z.object({
  id: stepIdSchema,
  state: z.enum(['waiting', 'running', 'done', 'failed', 'undoing', 'undone', 'undo-failed']),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  receipt: receiptSchema.nullable(),
  problem: problemSchema.nullable(),
})
export type StepView = z.infer<typeof stepViewSchema>

export const runStateSchema = z.object({
  runId: z.string(),
  runbook: z.enum(['master-backup']),
  host: z.string(),
  owner: ownerSchema.nullable(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  steps: z.array(stepViewSchema),
  cancelRequested: z.boolean(),
  /** Where the archive goes; null until it was chosen. */
  to: z.string().nullable(),
  /** When the first service was asked to stop. */
  stoppedAt: z.string().nullable(),
  /** `host/service`, in the order in which they were asked to stop. */
  servicesStopped: z.array(z.string()),
  log: z.array(z.object({ at: z.string(), ja: z.string(), en: z.string() })),
  outcome: runOutcomeSchema.nullable(),
  exitCode: z.number().int().nullable(),
  problem: problemSchema.nullable(),
  servicesDown: z.array(z.string()),
  outageMs: z.number().nullable(),
  archive: archiveSummarySchema.nullable(),
})
export type RunState = z.infer<typeof runStateSchema>

/** What a run is before its first event. */
export const emptyRun: RunState = {
  runId: '',
  runbook: 'master-backup',
  host: '',
  owner: null,
  startedAt: '',
  endedAt: null,
  steps: [],
  cancelRequested: false,
  to: null,
  stoppedAt: null,
  servicesStopped: [],
  log: [],
  outcome: null,
  exitCode: null,
  problem: null,
  servicesDown: [],
  outageMs: null,
  archive: null,
}

/** A run's state from all its events, in order. Pure; any prefix gives the state at that moment. */
export function foldRun(events: readonly RunEvent[]): RunState {
  return events.reduce(foldRunEvent, emptyRun)
}

/** The state after one more event. */
export function foldRunEvent(state: RunState, event: RunEvent): RunState {
  switch (event.kind) {
    case 'run-started': {
      const { runId, runbook, host, owner, at } = event
      return { ...emptyRun, runId, runbook, host, owner, startedAt: at, steps: event.steps.map(waiting) }
    }
    case 'path-chosen':
      return { ...state, to: event.to }
    case 'step-started':
      return step(state, event.stepId, { state: 'running', startedAt: event.at })
    case 'step-done':
      return step(state, event.stepId, { state: 'done', endedAt: event.at, receipt: event.receipt })
    case 'step-failed':
      return step(state, event.stepId, { state: 'failed', endedAt: event.at, problem: event.problem })
    case 'service-stopping': {
      const servicesStopped = [...state.servicesStopped, `${event.host}/${event.serviceId}`]
      return { ...state, stoppedAt: state.stoppedAt ?? event.at, servicesStopped }
    }
    case 'undo-started':
      return step(state, event.stepId, { state: 'undoing' })
    case 'undo-done':
      return step(state, event.stepId, { state: 'undone', endedAt: event.at })
    case 'undo-failed':
      return step(state, event.stepId, { state: 'undo-failed', endedAt: event.at, problem: event.problem })
    case 'cancel-requested':
      return { ...state, cancelRequested: true }
    case 'note':
      return { ...state, log: [...state.log, { at: event.at, ...event.text }] }
    case 'run-ended': {
      const { at, outcome, exitCode, problem, servicesDown, outageMs, archive } = event
      return { ...state, endedAt: at, outcome, exitCode, problem, servicesDown, outageMs, archive }
    }
    default:
      return assertNever(event)
  }
}

function waiting(id: StepView['id']): StepView {
  return { id, state: 'waiting', startedAt: null, endedAt: null, receipt: null, problem: null }
}

function step(state: RunState, id: StepView['id'], change: Partial<StepView>): RunState {
  return { ...state, steps: state.steps.map((each) => (each.id === id ? { ...each, ...change } : each)) }
}
