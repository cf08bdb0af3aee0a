import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fail } from '../../../../shared/model/problem.ts'
import { systemClock } from '../../../adapters/platform/clock.ts'
import { toMedia } from '../../../formats/media-settings.ts'
import { toNotifications } from '../../../formats/notification-settings.ts'
import { sampleServer, writeServerTree } from '../../../formats/testing/sample.ts'
import type { Engine } from '../../engine.ts'
import type { StepContext } from '../../procedure/step.ts'
import { backupRunBook } from './run-books.ts'
import { createWork } from './work.ts'

let folder: string
let did: string[]
let notes: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unt-case1-'))
  did = []
  notes = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A run-book whose master has files but no process; `parts` take the place of what a step asks for. */
function bookOf(parts: Partial<Engine>) {
  const server = sampleServer(join(folder, 'mas'))
  writeServerTree(server, join(folder, 'mng'))
  const domain = {
    servers: [server],
    lease: { ttlMs: 15_000, heartbeatMs: 5_000 },
    policies: { verify: 'before-start' },
    media: toMedia(),
    notifications: toNotifications(undefined),
  }
  const engine = { domain, clock: systemClock, workerPath: join(folder, 'none.cjs'), ...parts } as unknown as Engine
  const runLock = { runId: 'r', hosts: [], settle: () => void did.push('settled'), abandon: () => undefined }
  const side = { open: async () => undefined, end: async () => undefined }
  const options = { waitMs: 0, downtimeLimitMs: null }
  const places = [{ host: server.host, to: '/backup/a.tar.zst' }]
  const request = { runbook: 'master-backup', hosts: [server.host], places, options } as const
  const book = backupRunBook(createWork(engine, request, side, 'r', runLock))
  const stepOf = (id: string) => {
    const found = book.steps.find((each) => each.id === id)
    if (!found) throw new Error(`no step ${id}`)
    return found
  }
  return { book, stepOf }
}

const context: StepContext = {
  signal: new AbortController().signal,
  note: ({ en }) => void notes.push(en),
  stopping: () => undefined,
  started: () => undefined,
  progress: () => undefined,
}

test('frees the servers although 排他 cannot be given back, because the address service is gone', async () => {
  const lock = {
    acquire: async () => ({ held: true, token: 7, since: '' }),
    release: async () => {
      throw fail('address-service-down', { host: 'hq-mas' })
    },
  }
  const replication = { states: async () => [] }
  const { book, stepOf } = bookOf({ lock, replication } as unknown as Partial<Engine>)
  await stepOf('take-lock').run(context)
  await expect(book.settlement.release()).rejects.toThrow('address-service-down')
  expect(did).toEqual(['settled'])
})

/** A file that the reader is to open by its path. */
const open = async () => ({ plain: true, close: async () => undefined })

test('takes an archive that could not be verified off its name and says the new one', async () => {
  const medium = { open, reject: async (path: string) => `${path}.rejected` }
  const { stepOf } = bookOf({ medium } as unknown as Partial<Engine>)
  await expect(stepOf('verify').run(context)).rejects.toThrow('archive-missing')
  expect(notes).toEqual(['the bad archive is now named /backup/a.tar.zst.rejected'])
})

test('tells why an archive is bad also where it cannot be renamed and nothing can be noted', async () => {
  const reject = async () => {
    throw fail('medium-failed', { path: '/backup/a.tar.zst', text: 'EROFS' })
  }
  const { stepOf } = bookOf({ medium: { reject, open } } as unknown as Partial<Engine>)
  await expect(stepOf('verify').run(context)).rejects.toThrow('archive-missing')
  expect(notes[0]).toContain('could not be renamed')
  const full: StepContext = {
    ...context,
    note() {
      throw fail('state-folder-failed', { path: 'runs', text: 'ENOSPC' })
    },
  }
  await expect(stepOf('verify').run(full)).rejects.toThrow('archive-missing')
})
