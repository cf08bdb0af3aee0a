import { z } from '../zod.ts'
import { archiveSummarySchema } from './archive.ts'
import { assertNever } from './assert-never.ts'
import { ownerSchema } from './owner.ts'
import { problemSchema } from './problem.ts'
import { type RunEvent, receiptSchema, runbookSchema, runOutcomeSchema, stepNameSchema } from './run.ts'
import { serverShapeSchema } from './server-shape.ts'

export const stepViewSchema = z.object({
  id: stepNameSchema,
  state: z.enum(['waiting', 'running', 'done', 'failed', 'undoing', 'undone', 'undo-failed', 'left-out']),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  receipt: receiptSchema.nullable(),
  problem: problemSchema.nullable(),
})
export type StepView = z.infer<typeof stepViewSchema>

/** A service that a run stopped, and for how long it did not serve. Times are ISO 8601 in UTC. */
export const serviceOutageSchema = z.object({
  host: z.string(),
  serviceId: z.string(),
  stoppedAt: z.string(),
  startedAt: z.string().nullable(),
})
export type ServiceOutage = z.infer<typeof serviceOutageSchema>

export const runStateSchema = z.object({
  runId: z.string(),
  runbook: runbookSchema,
  host: z.string(),
  hosts: z.array(z.string()),
  setId: z.string(),
  /** All servers of the domain as they were when a backup began; null where that is not on record. */
  servers: z.array(serverShapeSchema).nullable(),
  owner: ownerSchema.nullable(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  steps: z.array(stepViewSchema),
  cancelRequested: z.boolean(),
  /** Where each server's archive goes, or comes from; empty until it was chosen. */
  places: z.array(z.object({ host: z.string(), to: z.string() })),
  /** When the first service was asked to stop. */
  stoppedAt: z.string().nullable(),
  /** In the order in which they were asked to stop. */
  services: z.array(serviceOutageSchema),
  log: z.array(z.object({ at: z.string(), ja: z.string(), en: z.string() })),
  outcome: runOutcomeSchema.nullable(),
  exitCode: z.number().int().nullable(),
  problem: problemSchema.nullable(),
  servicesDown: z.array(z.string()),
  outageMs: z.number().nullable(),
  archives: z.array(archiveSummarySchema),
  warnings: z.array(problemSchema),
})
export type RunState = z.infer<typeof runStateSchema>

/** What a run is before its first event. */
export const emptyRun: RunState = {
  runId: '',
  runbook: 'master-backup',
  host: '',
  hosts: [],
  setId: '',
  servers: null,
  owner: null,
  startedAt: '',
  endedAt: null,
  steps: [],
  cancelRequested: false,
  places: [],
  stoppedAt: null,
  services: [],
  log: [],
  outcome: null,
  exitCode: null,
  problem: null,
  servicesDown: [],
  outageMs: null,
  archives: [],
  warnings: [],
}

/** A run's state from all its events, in order. Pure; any prefix gives the state at that moment. */
export function foldRun(events: readonly RunEvent[]): RunState {
  return events.reduce(foldRunEvent, emptyRun)
}

/** The state after one more event. */
export function foldRunEvent(state: RunState, event: RunEvent): RunState {
  switch (event.kind) {
    case 'run-started': {
      const { runId, runbook, host, hosts, setId, owner, at } = event
      const steps = event.steps.map(waiting)
      const servers = event.servers ?? null
      return { ...emptyRun, runId, runbook, host, hosts, setId, servers, owner, startedAt: at, steps }
    }
    case 'path-chosen':
      return { ...state, places: choose(state.places, event) }
    case 'step-started':
      return step(state, event.stepId, { state: 'running', startedAt: event.at })
    case 'step-done':
      return step(state, event.stepId, { state: 'done', endedAt: event.at, receipt: event.receipt })
    case 'step-failed':
      return step(state, event.stepId, { state: 'failed', endedAt: event.at, problem: event.problem })
    case 'step-left-out':
      return step(state, event.stepId, { state: 'left-out', endedAt: event.at })
    case 'service-stopping': {
      const { host, serviceId, at } = event
      const services = [...state.services, { host, serviceId, stoppedAt: at, startedAt: null }]
      return { ...state, stoppedAt: state.stoppedAt ?? at, services }
    }
    case 'service-started':
      return { ...state, services: state.services.map((each) => (isOf(each, event) ? started(each, event.at) : each)) }
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
      const { at, outcome, exitCode, problem, servicesDown, outageMs, archives, warnings } = event
      return { ...state, endedAt: at, outcome, exitCode, problem, servicesDown, outageMs, archives, warnings }
    }
    default:
      return assertNever(event)
  }
}

/** One place a host: a later choice takes the place of an earlier one. */
function choose(places: RunState['places'], { host, to }: RunState['places'][number]): RunState['places'] {
  const known = places.some((each) => each.host === host)
  return known ? places.map((each) => (each.host === host ? { host, to } : each)) : [...places, { host, to }]
}

type ServiceName = Pick<ServiceOutage, 'host' | 'serviceId'>

function isOf(one: ServiceName, other: ServiceName): boolean {
  return one.host === other.host && one.serviceId === other.serviceId
}

function started(outage: ServiceOutage, at: string): ServiceOutage {
  return { ...outage, startedAt: outage.startedAt ?? at }
}

function waiting(id: StepView['id']): StepView {
  return { id, state: 'waiting', startedAt: null, endedAt: null, receipt: null, problem: null }
}

function step(state: RunState, id: StepView['id'], change: Partial<StepView>): RunState {
  return { ...state, steps: state.steps.map((each) => (each.id === id ? { ...each, ...change } : each)) }
}
