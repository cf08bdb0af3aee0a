import { expect, test } from 'vitest'
import { fail } from '../../../shared/model/problem.ts'
import type { RunEvent } from '../../../shared/model/run.ts'
import { emptySnapshot } from '../../../shared/model/testing/empty-snapshot.ts'
import { systemClock } from '../../adapters/platform/clock.ts'
import { sampleServer } from '../../formats/testing/sample.ts'
import type { Engine } from '../engine.ts'
import type { OpenOptions } from '../ports/medium.ts'
import { createRunDriver, type RunDriver, unfinishedView } from './run-driver.ts'
import { createConsoleStore } from './store.ts'

const runId = '20261122T020014Z-1a2b3c'
const at = '2026-11-22T02:00:14.000Z'
const hosts = ['hq-mas']
const owner = { operator: 'gmadmin', host: 'console1', pid: 1, kind: 'command' } as const
const events = [
  {
    ...{ kind: 'run-started', runId, runbook: 'unattended-backup', host: 'hq-mas', hosts, setId: runId, owner, at },
    steps: ['stop-server', 'nxbackup'],
  },
  { kind: 'path-chosen', at, host: 'hq-mas', to: '/nowhere/a.tar.zst' },
  { kind: 'service-stopping', at, host: 'hq-mas', serviceId: 'mail' },
  { kind: 'step-started', stepId: 'nxbackup', at },
  { kind: 'step-done', stepId: 'nxbackup', at, receipt: { sha256: 'of the archive' } },
] as unknown as readonly RunEvent[]

/** A run died that had stopped a service, which starts when it is let; what became of its lock stands in `lock`. */
function opened() {
  const lock: string[] = []
  let up = (): void => undefined
  let begun = (): void => undefined
  const starting = new Promise<void>((resolve) => {
    begun = resolve
  })
  const start = () =>
    new Promise<void>((resolve) => {
      up = resolve
      begun()
    })
  const mail = { id: 'mail', kind: 'server', name: 'mail', driver: 'embedded', port: 25, commands: null } as const
  const engine = {
    // No restore is under way: the folder of states holds nothing.
    domain: {
      folders: { state: '/nowhere' },
      servers: [sampleServer('/nowhere', { services: [mail] })],
      limits: { retries: 0 },
    },
    owner,
    clock: systemClock,
    log: () => undefined,
    workerPath: '/nowhere',
    runLock: {
      inspect: () => (lock.includes('settled') ? null : { runId, owner, live: false, since: at }),
      adopt: () => ({ runId, hosts, settle: () => lock.push('settled'), abandon: () => lock.push('abandoned') }),
    },
    runs: { read: () => events, open: () => ({ append: () => undefined }) },
    driver: () => ({ start }),
    lock: { status: async () => ({ held: false }) },
    sessions: { list: async () => [] },
    repair: {},
    medium: {
      discardUnfinished: async () => undefined,
      // An archive on two volumes, the second of which is asked for and then cannot be read.
      open: async (path: string, { signal, nextVolume }: OpenOptions) => {
        signal?.throwIfAborted()
        const given = await nextVolume?.({ number: 2, label: 'a 2', path, reads: true, problem: null })
        if (given == null) throw fail('cancelled')
        throw fail('archive-unreadable', { path: given, text: 'EIO' })
      },
    },
  }
  const store = createConsoleStore({ ...emptySnapshot, run: unfinishedView(engine as unknown as Engine) })
  const shown = () => store.snapshot().run
  /** Resolves when a volume is asked for where the run is shown. */
  const asked = new Promise<void>((resolve) => store.subscribe(() => shown()?.volume && resolve()))
  const side = { open: async () => undefined, end: async () => undefined }
  const driver = createRunDriver(engine as unknown as Engine, store, new Map(), side, async () => undefined)
  return { driver, lock, starting, start: () => up(), phase: () => shown()?.phase, shown, asked }
}

test('while a run that died is settled the console says that it is busy, and settles it once', async () => {
  const { driver, lock, starting, start, phase } = opened()
  expect(driver.running()).toBe(false)
  const settling = driver.rollback()
  expect(driver.running()).toBe(true)
  await expect(driver.resume()).rejects.toThrow('run-busy')
  await starting
  start()
  await settling
  expect([driver.running(), phase(), lock]).toEqual([false, 'ended', ['settled']])
})

test('a console that ends while it goes on with one waits for its services, and leaves the rest to be asked again', async () => {
  const { driver, lock, starting, start } = opened()
  const resumed = expect(driver.resume()).rejects.toThrow('cancelled')
  let ended = false
  const closing = driver.close().then(() => {
    ended = true
  })
  await starting
  expect(ended).toBe(false)
  start()
  await closing
  await resumed
  expect([driver.running(), lock]).toEqual([false, ['abandoned']])
})

test('going on with a run asks for the volumes of its archive where it is shown', async () => {
  const { driver, lock, starting, start, shown, asked } = opened()
  const resuming = driver.resume()
  await starting
  start()
  await asked
  expect(shown()).toMatchObject({ phase: 'unfinished', volume: { number: 2, label: 'a 2', reads: true } })
  expect(() => driver.answerVolume('b')).toThrow('path-relative')
  await expect(driver.prepare('hq-mas')).rejects.toThrow('run-busy')
  driver.answerVolume('/dev/b')
  expect(shown()?.volume).toBeNull()
  await resuming
  expect(shown()).toMatchObject({ phase: 'ended', refusal: { code: 'archive-unreadable', params: { path: '/dev/b' } } })
  expect(lock).toEqual(['settled'])
})

test.each([
  ['that is given up', (driver: RunDriver) => driver.answerVolume(null)],
  ['that is asked for when the console ends', (driver: RunDriver) => void driver.close()],
])('a volume %s leaves the run as it was, to be gone on with', async (_, giveUp) => {
  const { driver, lock, starting, start, shown, asked } = opened()
  const resumed = expect(driver.resume()).rejects.toThrow('cancelled')
  await starting
  start()
  await asked
  giveUp(driver)
  await resumed
  expect(shown()).toMatchObject({ phase: 'unfinished', volume: null })
  expect([driver.running(), lock]).toEqual([false, ['abandoned']])
  expect(() => driver.answerVolume('/dev/b')).toThrow('no-run')
})
