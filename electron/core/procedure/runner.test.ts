import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fail, problem } from '../../../shared/model/problem.ts'
import { type RunEvent, type RunStarted, type StepId, type StepName, stepIds } from '../../../shared/model/run.ts'
import { foldRun } from '../../../shared/model/run-state.ts'
import { systemClock } from '../../adapters/platform/clock.ts'
import { createRunStore } from '../../adapters/run-store/run-store.ts'
import { createRunner, type RunListener } from './runner.ts'
import type { Step } from './step.ts'

let stateFolder: string
let did: string[]
let released: number
let down: string[]

beforeEach(() => {
  stateFolder = mkdtempSync(join(tmpdir(), 'unt-runner-'))
  did = []
  released = 0
  down = []
})
afterEach(() => rmSync(stateFolder, { recursive: true, force: true }))

type Script = Partial<Omit<Step, 'id'>>

function step(id: StepName, script: Script = {}): Step {
  return {
    id,
    cancellable: true,
    async run() {
      did.push(`do ${id}`)
      return { from: id }
    },
    async undo() {
      did.push(`undo ${id}`)
    },
    ...script,
  }
}

const silent: RunListener = { changed: () => undefined, progress: () => undefined, unrecorded: () => undefined }

function runnerOf(
  steps: readonly Step[],
  options: { stopped?: boolean; listener?: RunListener; stuck?: boolean } = {},
) {
  const runId = '20261122T020014Z-1a2b3c'
  const started: RunStarted = {
    kind: 'run-started',
    runId,
    runbook: 'master-backup',
    host: 'hq-mas',
    hosts: ['hq-mas'],
    setId: runId,
    steps: steps.map(({ id }) => id),
    owner: { operator: 'gmadmin', host: 'console1', pid: 1, kind: 'command' },
    at: '2026-11-22T02:00:14.000Z',
  }
  const store = createRunStore({ stateFolder })
  const kept = store.create(started)
  let full = false
  const journal = {
    append(event: RunEvent) {
      if (full) throw fail('state-folder-failed', { file: 'full', text: 'ENOSPC' })
      kept.append(event)
    },
  }
  const settlement = {
    servicesDown: async () => down,
    outageMs: () => null,
    stoppedAny: () => options.stopped ?? true,
    archives: () => [],
    warnings: () => [],
    release: async () => {
      released += 1
      if (options.stuck) throw fail('state-folder-failed', { path: 'run-lock', text: 'EROFS' })
    },
  }
  const runner = createRunner({ steps, settlement }, started, {
    journal,
    clock: systemClock,
    listener: options.listener ?? silent,
  })
  const fillDisk = () => {
    full = true
  }
  return { runner, fillDisk, recorded: () => foldRun(store.read(runId)) }
}

describe('a run', () => {
  test('does its steps in order and leaves a record that folds to the state it showed', async () => {
    const { runner, recorded } = runnerOf([step('stop-server'), step('nxbackup'), step('start')])
    const state = await runner.all()
    expect(did).toEqual(['do stop-server', 'do nxbackup', 'do start'])
    expect(state).toMatchObject({ outcome: 'done', exitCode: 0 })
    expect(recorded()).toEqual(state)
    expect(released).toBe(1)
  })

  test('records each step durably before it begins', async () => {
    const seen: string[] = []
    const made = runnerOf([
      step('stop-server', {
        async run() {
          seen.push(made.recorded().steps[0]?.state ?? '')
          return {}
        },
      }),
    ])
    await made.runner.all()
    expect(seen).toEqual(['running'])
  })

  test('goes one step a click, and a refused check leaves it waiting', async () => {
    let ready = false
    const check = async () => {
      if (!ready) throw fail('medium-path-missing')
    }
    const { runner } = runnerOf([step('stop-server'), step('nxbackup', { check })])
    await runner.next()
    expect(runner.upcoming()?.id).toBe('nxbackup')
    await expect(runner.next()).rejects.toThrow('medium-path-missing')
    expect(runner.state().outcome).toBeNull()
    ready = true
    await runner.next()
    expect(runner.state().outcome).toBe('done')
  })

  test('undoes in reverse what was begun when a step fails, wherever that is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray([...stepIds], { minLength: 1 }), fc.nat(), async (ids, seed) => {
        did = []
        released = 0
        const bad = seed % ids.length
        const steps = ids.map((id, at) => (at === bad ? step(id, { run: failing(id) }) : step(id)))
        const { runner, recorded } = runnerOf(steps)
        const state = await runner.all()
        const begun = ids.slice(0, bad + 1)
        expect(did).toEqual([...begun.map((id) => `do ${id}`), ...[...begun].reverse().map((id) => `undo ${id}`)])
        expect(state).toMatchObject({
          outcome: 'failed-restored',
          exitCode: 2,
          problem: { code: 'medium-path-missing' },
        })
        expect(recorded()).toEqual(state)
        expect(released).toBe(1)
        rmSync(join(stateFolder, 'runs'), { recursive: true })
      }),
      { numRuns: 40 },
    )
  })

  test('says which services are down when bringing them back failed, and ends with 3', async () => {
    down = ['hq-mas/server']
    const undo = async () => {
      throw fail('internal', { text: 'will not start' })
    }
    const { runner } = runnerOf([step('stop-server', { undo }), step('nxbackup', { run: failing('nxbackup') })])
    const state = await runner.all()
    expect(state).toMatchObject({ outcome: 'failed-down', exitCode: 3, servicesDown: ['hq-mas/server'] })
    expect(state.steps[0]).toMatchObject({ state: 'undo-failed', problem: { code: 'internal' } })
  })

  test('is a refusal with its own code while nothing was stopped', async () => {
    const { runner } = runnerOf([step('open-console', { run: failing('open-console') })], { stopped: false })
    expect(await runner.all()).toMatchObject({ outcome: 'refused', exitCode: 64 })
  })

  test('a cancel aborts the step under way, undoes, and is the reason given', async () => {
    const { beginning, run } = abortable()
    const { runner } = runnerOf([step('stop-server'), step('nxbackup', { run })])
    await runner.next()
    const going = runner.next()
    await beginning
    await runner.cancel(problem('terminated'))
    await going
    expect(did).toEqual(['do stop-server', 'undo nxbackup', 'undo stop-server'])
    expect(runner.state()).toMatchObject({ outcome: 'cancelled', exitCode: 143, cancelRequested: true })
  })

  test('a cancel that comes while a step is being checked keeps it from beginning', async () => {
    const { runner } = runnerOf([step('stop-server'), step('nxbackup')])
    const whole = runner.all()
    await runner.cancel()
    expect(await whole).toMatchObject({ outcome: 'cancelled', exitCode: 130 })
    expect(did).toEqual([])
  })

  test('a cancel while it waits undoes at once; one after the end does nothing', async () => {
    const { runner } = runnerOf([step('stop-server'), step('nxbackup')])
    await runner.next()
    await runner.cancel()
    expect(did).toEqual(['do stop-server', 'undo stop-server'])
    await runner.cancel()
    expect(released).toBe(1)
  })

  test('a cancel does not reach a step past its point of no return', async () => {
    let finish = () => undefined as undefined
    let began = () => undefined as undefined
    const beginning = new Promise<void>((resolve) => {
      began = () => void resolve()
    })
    const run = () =>
      new Promise<Record<string, never>>((resolve) => {
        finish = () => void resolve({})
        began()
      })
    const { runner } = runnerOf([step('start', { cancellable: false, run })])
    const going = runner.next()
    await beginning
    const cancelled = runner.cancel()
    finish()
    await Promise.all([going, cancelled])
    expect(runner.state()).toMatchObject({ outcome: 'done', exitCode: 0 })
  })

  test('a cancel that comes once the services are up leaves out what is only tidying', async () => {
    const made = runnerOf([
      step('start', {
        cancellable: false,
        run: async () => {
          void made.runner.cancel()
          return {}
        },
      }),
      step('discard', { afterwards: true }),
    ])
    const state = await made.runner.all()
    expect(state).toMatchObject({ outcome: 'done', exitCode: 0 })
    expect(state.steps.map(({ state: now }) => now)).toEqual(['done', 'left-out'])
    expect(did).toEqual([])
  })

  test('a cancel in the middle of tidying takes nothing back, and the record says why the rest is missing', async () => {
    const made = runnerOf([
      step('start', { cancellable: false }),
      step('await-replication', {
        afterwards: true,
        run: async ({ signal }) => {
          const ended = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
          void made.runner.cancel()
          return ended
        },
      }),
      step('discard', { afterwards: true }),
    ])
    const state = await made.runner.all()
    expect(state).toMatchObject({ outcome: 'done', exitCode: 0, cancelRequested: true })
    expect(state.steps.map(({ state: now }) => now)).toEqual(['done', 'left-out', 'left-out'])
    expect(state.log.map(({ en }) => en)).toEqual([expect.stringContaining('the cancel came')])
    expect(did).toEqual(['do start'])
  })

  test('a cancel in the middle of tidying hides no archive that turned out bad', async () => {
    const made = runnerOf([
      step('start', { cancellable: false }),
      step('discard', {
        afterwards: true,
        run: async () => {
          void made.runner.cancel()
          throw fail('archive-database-bad', {
            path: '/backup/a.tar.zst.rejected',
            text: 'change 7',
            textJa: '変更番号 7',
          })
        },
      }),
    ])
    const state = await made.runner.all()
    expect(state).toMatchObject({ exitCode: 13, problem: { code: 'archive-database-bad' } })
    expect(state.steps.map(({ state: now }) => now)).toEqual(['done', 'failed'])
    expect(did).toEqual(['do start'])
  })

  test('steps beside each other run together, and one of a round that fails leaves the others alone', async () => {
    let waiting = () => undefined as undefined
    const both = new Promise<void>((resolve) => {
      waiting = () => void resolve()
    })
    const failures: string[] = []
    const spare = ({ code }: { code: string }) => void failures.push(code)
    const { runner, recorded } = runnerOf([
      step('nxbackup@a', {
        spare,
        async run() {
          await both
          throw fail('medium-path-missing')
        },
      }),
      step('nxbackup@b', {
        spare,
        beside: true,
        run: async () => {
          waiting()
          return {}
        },
      }),
      step('seal@a', { spare, needless: () => failures.length > 0 }),
      step('start'),
    ])
    const state = await runner.all()
    expect(state).toMatchObject({ outcome: 'failed-restored', exitCode: 2, problem: { code: 'medium-path-missing' } })
    expect(state.steps.map(({ state: now }) => now)).toEqual(['failed', 'done', 'left-out', 'done'])
    expect(did).toEqual(['do start'])
    expect(recorded()).toEqual(state)
  })

  test('brings the services back even when its record can no longer be written', async () => {
    const unrecorded: string[] = []
    const listener = { ...silent, unrecorded: (event: RunEvent) => void unrecorded.push(event.kind) }
    const made = runnerOf(
      [
        step('stop-server'),
        step('nxbackup', {
          async run() {
            made.fillDisk()
            throw fail('internal', { text: 'disk full' })
          },
        }),
      ],
      { listener },
    )
    const state = await made.runner.all()
    expect(did).toEqual(['do stop-server', 'undo nxbackup', 'undo stop-server'])
    expect(state.outcome).toBe('failed-restored')
    expect(unrecorded).toContain('run-ended')
    expect(released).toBe(1)
  })

  test('is over, with a warning, when its lock cannot be freed', async () => {
    const { runner } = runnerOf([step('nxbackup')], { stuck: true })
    const state = await runner.all()
    expect(state).toMatchObject({ outcome: 'warnings', exitCode: 1, problem: { code: 'state-folder-failed' } })
    expect(runner.upcoming()).toBeNull()
  })

  test('a failed run whose lock cannot be freed keeps its own reason, and its cancel does not throw', async () => {
    const failed = runnerOf([step('nxbackup', { run: failing('nxbackup') })], { stuck: true })
    expect(await failed.runner.all()).toMatchObject({ problem: { code: 'medium-path-missing' } })
    rmSync(join(stateFolder, 'runs'), { recursive: true })
    const { runner } = runnerOf([step('stop-server'), step('nxbackup')], { stuck: true })
    await runner.next()
    await runner.cancel()
    expect(runner.state()).toMatchObject({ outcome: 'cancelled', exitCode: 130 })
  })

  test('does not begin a step whose beginning could not be recorded', async () => {
    const made = runnerOf([step('stop-server'), step('nxbackup')])
    await made.runner.next()
    made.fillDisk()
    await made.runner.next()
    expect(did).toEqual(['do stop-server', 'undo stop-server'])
  })
})

function failing(id: StepId): Step['run'] {
  return async () => {
    did.push(`do ${id}`)
    throw fail('medium-path-missing')
  }
}

/** A step that goes on until it is aborted, and a promise of its beginning. */
function abortable(): { readonly beginning: Promise<void>; readonly run: Step['run'] } {
  let began = () => undefined as undefined
  const beginning = new Promise<void>((resolve) => {
    began = () => void resolve()
  })
  const run: Step['run'] = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      began()
    })
  return { beginning, run }
}
