import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ServiceConfig } from '../../../shared/model/domain.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { RunEvent, RunStarted } from '../../../shared/model/run.ts'
import { systemClock } from '../../adapters/platform/clock.ts'
import { createRunLock } from '../../adapters/platform/run-lock.ts'
import { createRunStore } from '../../adapters/run-store/run-store.ts'
import { sampleServer } from '../../formats/testing/sample.ts'
import type { Engine } from '../engine.ts'
import { findUnfinished, rollbackRun } from './rollback.ts'

const runId = '20261122T020014Z-1a2b3c'
const at = '2026-11-22T02:00:14.000Z'
const owner = { operator: 'gmadmin', host: 'console1', pid: process.pid, kind: 'command' } as const
let stateFolder: string
let did: string[]

beforeEach(() => {
  stateFolder = mkdtempSync(join(tmpdir(), 'unt-rollback-'))
  did = []
})
afterEach(() => rmSync(stateFolder, { recursive: true, force: true }))

const serviceOf = (kind: ServiceConfig['kind']): ServiceConfig => ({
  id: kind,
  kind,
  name: kind,
  driver: 'embedded',
  port: null,
  commands: null,
})
const stopping = (serviceId: string): RunEvent => ({ kind: 'service-stopping', at, host: 'hq-mas', serviceId })
const began: RunEvent = { kind: 'step-started', stepId: 'nxbackup', at }

/** What a run left that died after these events; `parts` take the place of what the rollback asks for. */
function left(events: readonly RunEvent[], parts: Partial<Engine> = {}): Engine {
  const server = sampleServer('/nowhere', { services: [serviceOf('server'), serviceOf('object-server')] })
  const runLock = createRunLock({ stateFolder, now: systemClock.now })
  const runs = createRunStore({ stateFolder })
  const started: RunStarted = {
    kind: 'run-started',
    runId,
    runbook: 'master-backup',
    host: 'hq-mas',
    hosts: ['hq-mas'],
    setId: runId,
    steps: ['stop-server', 'nxbackup'],
    owner,
    at,
  }
  const journal = runs.create(started)
  for (const event of [{ kind: 'path-chosen', at, host: 'hq-mas', to: '/backup/a.tar.zst' } as const, ...events])
    journal.append(event)
  runLock.acquire(['hq-mas'], owner, runId).abandon()
  const driver = (_host: string, id: string) => ({ start: async () => void did.push(`start ${id}`) })
  const medium = { discardUnfinished: async (path: string) => void did.push(`discard ${path}`) }
  const domain = { folders: { state: stateFolder }, servers: [server], limits: { retries: 0 } }
  const lock = {
    status: async () => ({ held: true, owner, token: 7 }),
    release: async () => void did.push('release 7'),
  }
  const sessions = { list: async () => [] }
  return {
    domain,
    owner,
    lock,
    sessions,
    runLock,
    runs,
    clock: systemClock,
    driver,
    medium,
    ...parts,
  } as unknown as Engine
}

test('starts in order what was stopped, removes what was left unfinished, and settles', async () => {
  const engine = left([stopping('server'), stopping('object-server'), began])
  expect(await rollbackRun(engine)).toMatchObject({ outcome: 'failed-restored', exitCode: 2, servicesDown: [] })
  expect(did).toEqual(['start object-server', 'start server', 'release 7', 'discard /backup/a.tar.zst'])
  expect(findUnfinished(engine)).toBeNull()
  await expect(rollbackRun(engine)).rejects.toThrow('no-unfinished-run')
})

test('touches no medium on which that run had not begun to write', async () => {
  await rollbackRun(left([stopping('server')]))
  expect(did).toEqual(['start server', 'release 7'])
})

test('settles although the medium is gone, and says so', async () => {
  const discardUnfinished = async () => {
    throw fail('medium-failed', { path: '/backup/a.tar.zst', text: 'EIO' })
  }
  const engine = left([stopping('server'), began], { medium: { discardUnfinished } } as unknown as Partial<Engine>)
  expect(await rollbackRun(engine)).toMatchObject({ outcome: 'failed-restored', problem: { code: 'medium-failed' } })
  expect(findUnfinished(engine)).toBeNull()
})

test('settles although its archive’s place cannot even be looked at', async () => {
  const file = join(stateFolder, 'a-file')
  writeFileSync(file, '')
  const engine = left([
    { kind: 'path-chosen', at, host: 'hq-mas', to: join(file, 'a.tar.zst') },
    stopping('server'),
    began,
  ])
  expect(await rollbackRun(engine)).toMatchObject({ outcome: 'failed-restored', servicesDown: [] })
  expect(findUnfinished(engine)).toBeNull()
})

test('a service that will not start keeps none of the others down', async () => {
  const driver = (_host: string, id: string) => ({
    async start() {
      if (id === 'object-server') throw fail('database-missing', { area: 'a', file: 'f' })
      did.push(`start ${id}`)
    },
  })
  const engine = left([stopping('server'), stopping('object-server')], { driver } as unknown as Partial<Engine>)
  const ended = await rollbackRun(engine)
  expect(ended).toMatchObject({ outcome: 'failed-down', exitCode: 3, servicesDown: ['hq-mas/object-server'] })
  expect(did).toEqual(['start server', 'release 7'])
})

test('where a service will not start that is told at once, and nothing else is begun', async () => {
  let starts = false
  const driver = () => ({
    async start() {
      if (!starts) throw fail('database-missing', { area: 'a', file: 'f' })
    },
  })
  const finish = async () => {
    did.push('went on')
    return { archives: [], warnings: [] }
  }
  const down = left([stopping('object-server')], { driver } as unknown as Partial<Engine>)
  expect(await rollbackRun(down, undefined, { finish })).toMatchObject({ outcome: 'failed-down' })
  expect([did, findUnfinished(down)]).toEqual([['release 7'], null])
  rmSync(stateFolder, { recursive: true })
  starts = true
  const up = left([stopping('object-server')], { driver } as unknown as Partial<Engine>)
  expect(await rollbackRun(up, undefined, { finish })).toMatchObject({ outcome: 'failed-restored' })
  expect(did).toEqual(['release 7', 'release 7', 'went on'])
})

test('can be done again when its own end could not be recorded', async () => {
  const engine = left([stopping('server')])
  const open = () => ({
    append() {
      throw fail('state-folder-failed', { path: 'runs', text: 'ENOSPC' })
    },
  })
  const full = { ...engine, runs: { ...engine.runs, open } }
  await expect(rollbackRun(full)).rejects.toThrow('state-folder-failed')
  expect(findUnfinished(engine)).toMatchObject({ runId })
  expect(await rollbackRun(engine)).toMatchObject({ outcome: 'failed-restored' })
})

test('whoever tries again after its own failure ends what the dead run held, and nothing of what it holds itself', async () => {
  const engine = left([stopping('server')])
  const mine = { ...owner, pid: owner.pid + 1, kind: 'console' } as const
  const logouts: string[] = []
  const trying = {
    ...engine,
    owner: mine,
    lock: { ...engine.lock, status: async () => ({ held: true, owner: mine, token: 7 }) },
    sessions: {
      list: async () => [
        { id: 'of the dead', owner },
        { id: 'mine', owner: mine },
      ],
      logout: async (id: string) => void logouts.push(id),
    },
  } as unknown as Engine
  const open = () => {
    throw fail('state-folder-failed', { path: 'runs', text: 'EIO' })
  }
  await expect(rollbackRun({ ...trying, runs: { ...engine.runs, open } })).rejects.toThrow('state-folder-failed')
  expect(await rollbackRun(trying)).toMatchObject({ outcome: 'failed-restored' })
  expect([did, logouts]).toEqual([['start server'], ['of the dead']])
})

test('says that an archive stands whole but unverified, and leaves it there', async () => {
  const written: RunEvent = { kind: 'step-done', stepId: 'nxbackup', at, receipt: {} }
  const ended = await rollbackRun(left([stopping('server'), began, written]))
  expect(ended.log.at(-1)?.en).toContain('/backup/a.tar.zst was written but not verified')
  expect(did).not.toContain('remove /backup/a.tar.zst')
})
