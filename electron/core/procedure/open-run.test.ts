import { expect, test } from 'vitest'
import { fail } from '../../../shared/model/problem.ts'
import type { RunStarted } from '../../../shared/model/run.ts'
import { createRunLock } from '../../adapters/platform/run-lock.ts'
import { createRunStore } from '../../adapters/run-store/run-store.ts'
import { problemOf, withFolder } from '../../formats/testing/sample.ts'
import type { Engine } from '../engine.ts'
import { openRun } from './open-run.ts'

test('a disk that fails once the record was begun leaves no server held', () =>
  withFolder(async (stateFolder) => {
    const now = () => new Date('2026-11-22T02:00:14Z')
    const runLock = createRunLock({ stateFolder, now })
    const store = createRunStore({ stateFolder })
    const full = () => {
      throw fail('state-folder-failed', { path: 'runs', text: 'ENOSPC' })
    }
    const runs = { ...store, create: (started: RunStarted) => ({ ...store.create(started), append: full }) }
    const owner = { operator: '佐藤', host: 'console1', pid: process.pid, kind: 'command' } as const
    const engine = { clock: { now }, owner, runs, runLock } as unknown as Engine
    const places = [{ host: 'hq-mas', to: '/backup/a.tar.zst' }]
    const opening = { runbook: 'unattended-backup', host: 'hq-mas', hosts: ['hq-mas'], places } as const
    const listener = { changed: () => undefined, progress: () => undefined, unrecorded: () => undefined }
    expect(
      problemOf(() => openRun(engine, opening, listener, () => ({ steps: [], settlement: null as never }))),
    ).toMatchObject({ code: 'state-folder-failed' })
    expect(() => runLock.assertFree(['hq-mas'])).not.toThrow()
  }))

// Defect that breaks it: a list of runs whose order is chance within a second, or turns round when the clock is set back.
test('runs of one second, and runs after the clock was set back, stand in the list as they began, whoever asks', () =>
  withFolder(async (stateFolder) => {
    const begun: string[] = []
    const clock = [0, 0, 300, 999, -3_600_000, -3_599_900, 0, 86_400_000, 0]
    const owner = { operator: '佐藤', host: 'console1', pid: process.pid, kind: 'command' } as const
    for (const offset of clock) {
      // As each command does it: an engine of its own over the same folder.
      const now = () => new Date(Date.UTC(2026, 10, 22, 2) + offset)
      const engine = {
        clock: { now },
        owner,
        runs: createRunStore({ stateFolder }),
        runLock: createRunLock({ stateFolder, now }),
      } as unknown as Engine
      const listener = { changed: () => undefined, progress: () => undefined, unrecorded: () => undefined }
      const opening = { runbook: 'unattended-backup', host: 'hq-mas', hosts: ['hq-mas'], places: [] } as const
      const runner = openRun(engine, opening, listener, (_, runLock) => ({
        steps: [],
        settlement: {
          servicesDown: async () => [],
          outageMs: () => null,
          stoppedAny: () => false,
          archives: () => [],
          warnings: () => [],
          release: async () => runLock.settle(),
        },
      }))
      begun.push(runner.state().runId)
      await runner.cancel()
    }
    expect(createRunStore({ stateFolder }).list()).toEqual([...begun].reverse())
    expect(new Set(begun).size).toBe(clock.length)
  }))
