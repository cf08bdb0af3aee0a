import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fail } from '../../../shared/model/problem.ts'
import type { RunEvent } from '../../../shared/model/run.ts'
import { emptyRun, foldRunEvent } from '../../../shared/model/run-state.ts'
import { systemClock } from '../../adapters/platform/clock.ts'
import { sampleServer, writeServerTree } from '../../formats/testing/sample.ts'
import type { Engine } from '../engine.ts'
import type { OpenRecord } from './rollback.ts'
import { sealLeft } from './seal-left.ts'

const owner = { operator: 'gmadmin', host: 'console1', pid: process.pid, kind: 'console' } as const
const at = '2026-11-22T02:00:14.000Z'
const runId = '20261122T020014Z-1a2b3c'
let folder: string
let did: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unt-seal-left-'))
  did = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const server = () =>
  sampleServer(join(folder, 'mas'), {
    services: [
      { id: 'address', kind: 'address-service', name: 'address', driver: 'embedded', port: null, commands: null },
    ],
  })

/** A master whose address service is up. */
const engine = () =>
  ({
    domain: { servers: [server()], lease: { ttlMs: 15_000, heartbeatMs: 5_000 } },
    owner,
    clock: systemClock,
    driver: () => ({ status: async () => ({ state: 'running' }) }),
    lock: {
      acquire: async () => ({ held: true, owner, token: 7, since: at }),
      renew: async () => undefined,
      release: async (token: number) => void did.push(`release ${token}`),
    },
    journals: {
      seal: async (host: string, token: number) => {
        did.push(`seal ${host} ${token}`)
        return null
      },
    },
    log: () => undefined,
  }) as unknown as Engine

/** The record of a run that died before its seal; it takes `room` more events. */
function recordOf(room: number): OpenRecord {
  const hosts = ['hq-mas']
  let state = foldRunEvent(emptyRun, {
    ...{ kind: 'run-started', runId, runbook: 'unattended-backup', host: 'hq-mas', hosts, setId: runId },
    ...{ steps: ['nxbackup', 'seal'], owner, at },
  } as RunEvent)
  let left = room
  return {
    state: () => state,
    append(event) {
      if (left === 0) throw fail('state-folder-failed', { path: 'runs', text: 'ENOSPC' })
      left -= 1
      state = foldRunEvent(state, event)
    },
  }
}

test('lets 排他 go although what it did cannot be recorded any more', async () => {
  writeServerTree(server(), join(folder, 'mng'))
  await expect(sealLeft(engine(), recordOf(1), ['hq-mas'])).rejects.toThrow('state-folder-failed')
  expect(did).toEqual(['seal hq-mas 7', 'release 7'])
})

test('a master whose settings cannot be read leaves its journal as it is: a warning', async () => {
  const record = recordOf(10)
  expect(await sealLeft(engine(), record, ['hq-mas'])).toMatchObject({
    sealed: [],
    warnings: [{ code: 'journal-left' }],
  })
  expect(record.state().steps.find(({ id }) => id === 'seal')).toMatchObject({ state: 'failed' })
  expect(did).toEqual([])
})
