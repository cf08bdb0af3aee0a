import { z } from '../zod.ts'
import { archiveSummarySchema } from './archive.ts'
import { assertNever } from './assert-never.ts'
import { ownerSchema } from './owner.ts'
import { problemSchema } from './problem.ts'
import {
  noteSchema,
  type RunEvent,
  type RunStarted,
  receiptSchema,
  runOutcomeSchema,
  type StepId,
  stepIdSchema,
} from './run.ts'

export const stepStateSchema = z.object({
  id: stepIdSchema,
  /** Key of a message. */
  title: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped', 'undone']),
  /** ISO 8601, UTC; null before. */
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  receipt: receiptSchema.nullable(),
  /** Why it failed, or why taking it back failed. */
  problem: problemSchema.nullable(),
})
export type StepState = z.infer<typeof stepStateSchema>

/** A line of the run's log: what happened to which step, or a note of the step that runs. */
export const runLogEntrySchema = z.object({
  at: z.string(),
  kind: z.enum([
    'run-started',
    'step-started',
    'step-done',
    'step-failed',
    'step-skipped',
    'undo-started',
    'undo-done',
    'undo-failed',
    'cancel-requested',
    'note',
    'run-ended',
  ]),
  stepId: stepIdSchema.nullable(),
  text: noteSchema.nullable(),
  problem: problemSchema.nullable(),
})
export type RunLogEntry = z.infer<typeof runLogEntrySchema>

/** What the events of a run come to. */
export const runStateSchema = z.object({
  /** Empty before the first event. */
  runId: z.string(),
  runbook: z.enum(['master-backup']),
  host: z.string(),
  owner: ownerSchema.nullable(),
  to: z.string().nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  cancelRequested: z.boolean(),
  steps: z.array(stepStateSchema),
  log: z.array(runLogEntrySchema),
  /** Null while the run has not ended; what follows says nothing until then. */
  outcome: runOutcomeSchema.nullable(),
  exitCode: z.number().int().nullable(),
  problem: problemSchema.nullable(),
  servicesDown: z.array(z.string()),
  outageMs: z.number().nullable(),
  archive: archiveSummarySchema.nullable(),
})
export type RunState = z.infer<typeof runStateSchema>

/** A run of which nothing was recorded yet. */
export const emptyRun: RunState = {
  runId: '',
  runbook: 'master-backup',
  host: '',
  owner: null,
  to: null,
  startedAt: null,
  endedAt: null,
  cancelRequested: false,
  steps: [],
  log: [],
  outcome: null,
  exitCode: null,
  problem: null,
  servicesDown: [],
  outageMs: null,
  archive: null,
}

function start(event: RunStarted): RunState {
  const { runId, runbook, host, owner, to, at } = event
  const steps = event.steps.map(
    ({ id, title }): StepState => ({
      id,
      title,
      state: 'waiting',
      startedAt: null,
      endedAt: null,
      receipt: null,
      problem: null,
    }),
  )
  return { ...emptyRun, runId, runbook, host, owner, to, startedAt: at, steps }
}

function change(state: RunState, id: StepId, part: Partial<StepState>): RunState {
  return { ...state, steps: state.steps.map((step) => (step.id === id ? { ...step, ...part } : step)) }
}

function apply(state: RunState, event: RunEvent): RunState {
  switch (event.kind) {
    case 'run-started':
      return start(event)
    case 'step-started':
      return change(state, event.stepId, { state: 'running', startedAt: event.at, endedAt: null, problem: null })
    case 'step-done':
      return change(state, event.stepId, { state: 'done', endedAt: event.at, receipt: event.receipt })
    case 'step-failed':
      return change(state, event.stepId, { state: 'failed', endedAt: event.at, problem: event.problem })
    case 'step-skipped':
      return change(state, event.stepId, { state: 'skipped', endedAt: event.at })
    case 'undo-done':
      return change(state, event.stepId, { state: 'undone', endedAt: event.at })
    case 'undo-failed':
      return change(state, event.stepId, { state: 'failed', endedAt: event.at, problem: event.problem })
    case 'cancel-requested':
      return { ...state, cancelRequested: true }
    case 'undo-started':
    case 'note':
      return state
    case 'run-ended': {
      const { at, outcome, exitCode, problem, servicesDown, outageMs, archive } = event
      return { ...state, endedAt: at, outcome, exitCode, problem, servicesDown, outageMs, archive }
    }
    default:
      return assertNever(event)
  }
}

/** The state after one more event. Pure; an event of a step that the run doesn't have changes only the log. */
export function foldRunEvent(state: RunState, event: RunEvent): RunState {
  const entry: RunLogEntry = {
    at: event.at,
    kind: event.kind,
    stepId: 'stepId' in event ? event.stepId : null,
    text: event.kind === 'note' ? event.text : null,
    problem: 'problem' in event ? event.problem : null,
  }
  const next = apply(state, event)
  return { ...next, log: [...next.log, entry] }
}

/** The state that any beginning of a run's events comes to. Pure. */
export function foldRun(events: readonly RunEvent[]): RunState {
  return events.reduce(foldRunEvent, emptyRun)
}
