import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ArchiveSummary } from './archive.ts'
import { problem } from './problem.ts'
import { type RunEvent, runEventSchema, type StepName, stepIds } from './run.ts'
import { emptyRun, foldRun, foldRunEvent, runStateSchema } from './run-state.ts'

const at = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString())
const stepId = fc.oneof(
  fc.constantFrom(...stepIds),
  fc.constantFrom(...stepIds).map((id): StepName => `${id}@os-ml1`),
)
const trouble = fc.constant(problem('internal', { text: 'x' }))
const owner = fc.constant({ operator: 'a', host: 'h', pid: 1, kind: 'command' as const })
const receipt = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.constant(null)))
const steps = fc.uniqueArray(stepId)
const plain = (kind: 'step-started' | 'step-left-out' | 'undo-started' | 'undo-done') =>
  fc.record({ kind: fc.constant(kind), stepId, at })
const failed = (kind: 'step-failed' | 'undo-failed') =>
  fc.record({ kind: fc.constant(kind), stepId, at, problem: trouble })

const event: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({
    kind: fc.constant('run-started' as const),
    runId: fc.constant('20261122T020014Z-1a2b3c'),
    runbook: fc.constant('master-backup' as const),
    host: fc.string(),
    hosts: fc.array(fc.string()),
    setId: fc.string(),
    steps,
    owner,
    at,
  }),
  fc.record({ kind: fc.constant('path-chosen' as const), at, host: fc.string(), to: fc.string() }),
  plain('step-started'),
  plain('step-left-out'),
  fc.record({ kind: fc.constant('step-done' as const), stepId, at, receipt }),
  failed('step-failed'),
  fc.record({ kind: fc.constant('service-stopping' as const), at, host: fc.string(), serviceId: fc.string() }),
  fc.record({ kind: fc.constant('service-started' as const), at, host: fc.string(), serviceId: fc.string() }),
  plain('undo-started'),
  plain('undo-done'),
  failed('undo-failed'),
  fc.record({ kind: fc.constant('cancel-requested' as const), at }),
  fc.record({ kind: fc.constant('note' as const), at, text: fc.record({ ja: fc.string(), en: fc.string() }) }),
  fc.record({
    kind: fc.constant('run-ended' as const),
    at,
    outcome: fc.constantFrom('done' as const, 'failed-down' as const),
    exitCode: fc.nat(143),
    problem: fc.option(trouble),
    servicesDown: fc.array(fc.string()),
    outageMs: fc.option(fc.nat()),
    archives: fc.constant<ArchiveSummary[]>([]),
    warnings: fc.array(trouble),
  }),
)

test('any events, and any beginning of them, come to a state; one by one to the same', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      let state = emptyRun
      for (const [index, one] of events.entries()) {
        expect(runEventSchema.parse(one)).toEqual(one)
        state = foldRunEvent(state, one)
        expect(foldRun(events.slice(0, index + 1))).toEqual(state)
        expect(runStateSchema.parse(state)).toEqual(state)
      }
    }),
  )
})

test('a run that went wrong is told step by step', () => {
  const [first, second] = ['stop-server', 'nxbackup'] as const
  const time = '2026-11-22T02:00:14.000Z'
  const later = '2026-11-22T02:01:14.000Z'
  const cause = problem('internal', { text: 'x' })
  const events: RunEvent[] = [
    {
      kind: 'run-started',
      runId: '20261122T020014Z-1a2b3c',
      runbook: 'master-backup',
      host: 'hq-mas',
      hosts: ['hq-mas'],
      setId: '20261122T020014Z-1a2b3c',
      steps: [first, second, 'verify'],
      owner: { operator: 'a', host: 'h', pid: 1, kind: 'command' },
      at: time,
    },
    { kind: 'step-started', stepId: first, at: time },
    { kind: 'service-stopping', host: 'hq-mas', serviceId: 'srv', at: time },
    { kind: 'step-done', stepId: first, at: time, receipt: { services: 'srv' } },
    { kind: 'step-started', stepId: second, at: time },
    { kind: 'step-failed', stepId: second, at: time, problem: cause },
    { kind: 'undo-started', stepId: first, at: time },
    { kind: 'service-started', host: 'hq-mas', serviceId: 'srv', at: later },
    { kind: 'undo-done', stepId: first, at: time },
  ]
  expect(foldRun(events)).toMatchObject({
    services: [{ host: 'hq-mas', serviceId: 'srv', stoppedAt: time, startedAt: later }],
    stoppedAt: time,
    outcome: null,
    steps: [
      { id: first, state: 'undone', receipt: { services: 'srv' } },
      { id: second, state: 'failed', problem: cause },
      { id: 'verify', state: 'waiting', startedAt: null },
    ],
  })
})
