import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventEnvelope } from '../../../shared/contract.ts'
import { composeEngine } from '../../compose.ts'
import { type TestDomain, until } from '../../embedded/testing/sample.ts'
import { type ConsoleKit, openConsoleKit, snapshot, stepState } from './testing/console-kit.ts'

let kit: ConsoleKit
let made: TestDomain
const open = (operator?: string) => kit.open(operator)

beforeAll(async () => {
  kit = await openConsoleKit()
  made = kit.made
}, 120_000)
afterAll(() => made.remove(), 60_000)

describe('the console behind its windows', () => {
  test('logs on at its start and shows every service with its process', async () => {
    const console = await open()
    const { session, servers, directory } = await snapshot(console)
    expect(session).toMatchObject({ kind: 'on', session: { owner: { operator: 'gmadmin' } } })
    expect(servers.flatMap(({ services }) => services).every(({ state, pid }) => state === 'running' && pid)).toBe(true)
    expect(directory.kind).toBe('up')
    await console.close()
    const engine = composeEngine(kit.options('watcher'))
    expect(await engine.sessions.list()).toEqual([])
    engine.close()
  })

  test('numbers its events without a gap, from the snapshot on', async () => {
    const console = await open()
    const { revision } = await snapshot(console)
    const events: EventEnvelope[] = []
    console.subscribe((event) => events.push(event))
    await console.handlers['preferences.set']({ openNameDatabase: false })
    await console.handlers['directory.edit']({
      edits: [{ action: 'register', registration: { kind: 'user', name: '番号 太郎' } }],
    })
    await until(() => events.some(({ name }) => name === 'directory'))
    expect(events.map((event) => event.revision)).toEqual(events.map((_, at) => revision + 1 + at))
    await console.close()
  })

  test('registers from a file as a task: what came of it is in the snapshot, a cancel registers nothing', async () => {
    const console = await open()
    const file = join(dirname(made.domain.file), 'many.csv')
    writeFileSync(file, `id,name\n${Array.from({ length: 6000 }, (_, at) => `csv${at},一括 ${at}`).join('\n')}\nu1,\n`)
    const asked = { file, encoding: 'utf-8', dryRun: false } as const
    const task = async (id: string) => (await snapshot(console)).tasks.find((each) => each.id === id)
    const ended = async (id: string) => {
      await until(async () => !['running', 'cancelling'].includes((await task(id))?.state ?? ''))
      return await task(id)
    }
    const refused = await ended(await console.handlers['directory.import']({ ...asked, partial: false }))
    expect(refused?.imported).toMatchObject({
      registered: 0,
      refusedTotal: 1,
      refused: [{ line: 6002 }],
      partial: false,
    })
    const cancelled = await console.handlers['directory.import']({ ...asked, partial: true })
    await console.handlers['task.cancel']({ id: cancelled })
    expect(await ended(cancelled)).toMatchObject({ state: 'cancelled', imported: null })
    const search = () => console.handlers['directory.search']({ kind: 'user', name: 'csv', limit: 1 })
    expect((await search()).total).toBe(0)
    const done = await ended(await console.handlers['directory.import']({ ...asked, partial: true }))
    expect(done).toMatchObject({ state: 'done', done: 6000, total: 12_000, imported: { registered: 6000 } })
    expect((await search()).total).toBe(6000)
    expect(await console.handlers['directory.locate']({ kind: 'user', prefix: 'CSV5999', from: 0 })).not.toBeNull()
    await console.close()
  })

  test('holds 排他 while the dialog is open: others are refused by name, and it ends with 閉じる', async () => {
    const [console, second] = [await open(), await open('second')]
    await console.handlers['backup.open'](null)
    const refusal = second.handlers['directory.edit']({
      edits: [{ action: 'register', registration: { kind: 'user', name: '拒否 花子' } }],
    })
    await expect(refusal).rejects.toMatchObject({ problem: { code: 'registration-locked', exitCode: 11 } })
    await expect(refusal).rejects.toThrow('gmadmin')
    await expect(second.handlers['backup.open'](null)).rejects.toMatchObject({ problem: { code: 'lock-held' } })
    await expect(console.handlers['session.logoff'](null)).rejects.toMatchObject({ problem: { code: 'dialog-open' } })
    await console.handlers['backup.close'](null)
    await second.handlers['directory.edit']({
      edits: [{ action: 'register', registration: { kind: 'user', name: '許可 花子' } }],
    })
    await Promise.all([console.close(), second.close()])
  })

  test('clears a journal under the lock and only then, showing what was sealed', async () => {
    const console = await open()
    await console.handlers['directory.edit']({
      edits: [{ action: 'register', registration: { kind: 'user', name: '退避 次郎' } }],
    })
    await expect(console.handlers['journal.clear']({ host: 'tk-ml1' })).rejects.toMatchObject({
      problem: { code: 'lock-lost' },
    })
    await console.handlers['backup.open'](null)
    const segment = await console.handlers['journal.clear']({ host: 'tk-ml1' })
    expect(segment?.records).toBeGreaterThan(0)
    expect(await console.handlers['journal.clear']({ host: 'tk-ml1' })).toBeNull()
    await console.dialogGone()
    const { lock, directory } = await snapshot(console)
    expect(lock).toEqual({ kind: 'none' })
    if (directory.kind !== 'up') throw new Error('the directory is down')
    const journal = directory.status.journals.find(({ host }) => host === 'tk-ml1')
    expect(journal).toMatchObject({ records: 0, segments: [{ id: segment?.id }] })
    await console.close()
  })

  test('runs case (1) step by step, refuses a bad path without ending, and logs on again afterwards', async () => {
    const console = await open()
    await console.handlers['run.prepare']({ host: 'hq-mas' })
    const next = async (to: string | null, id: string) => {
      await console.handlers['run.next']({ to })
      await until(async () => (await stepState(console, id)) === 'done')
    }
    const before = ['open-console', 'take-lock', 'clear-journal', 'release-lock', 'end-console']
    for (const id of before) await next(null, id)
    expect((await snapshot(console)).session.kind).toBe('off')
    for (const id of ['stop-server', 'stop-directory']) await next(null, id)
    const relative = console.handlers['run.next']({ to: 'backup.tar.zst' })
    await expect(relative).rejects.toMatchObject({ problem: { exitCode: 64 } })
    await expect(console.handlers['servers.start']({ host: 'hq-mas', serviceId: null })).rejects.toMatchObject({
      problem: { code: 'run-in-progress' },
    })
    const to = join(made.root, 'step.tar.zst')
    await next(to, 'nxbackup')
    for (const id of ['verify', 'start', 'discard']) await next(null, id)
    await until(async () => (await snapshot(console)).run?.phase === 'ended')
    const { run } = await snapshot(console)
    expect(run?.state).toMatchObject({ outcome: 'done', archives: [{ path: to }] })
    await console.handlers['run.dismiss'](null)
    await console.handlers['session.logon'](null)
    expect((await snapshot(console)).session.kind).toBe('on')
    await console.close()
  }, 120_000)

  test('gives a prepared run up on cancel, with every service as before', async () => {
    const console = await open()
    const pids = (await snapshot(console)).servers.flatMap(({ services }) => services.map(({ pid }) => pid))
    await console.handlers['run.prepare']({ host: 'hq-mas' })
    await console.handlers['run.next']({ to: null })
    await console.handlers['run.cancel'](null)
    const after = await snapshot(console)
    expect(after.run?.state.outcome).toBe('cancelled')
    expect(after.servers.flatMap(({ services }) => services.map(({ pid }) => pid))).toEqual(pids)
    await console.handlers['run.prepare']({ host: 'hq-mas' })
    await console.handlers['run.dismiss'](null)
    await console.close()
  })

  test('takes its run back when it ends: no service stays down, no lock and no record stand', async () => {
    const console = await open()
    await console.handlers['run.prepare']({ host: 'hq-mas' })
    await console.close()
    const next = await open()
    expect((await snapshot(next)).run).toBeNull()
    await next.handlers['run.prepare']({ host: 'hq-mas' })
    for (const id of ['open-console', 'take-lock', 'clear-journal', 'release-lock', 'end-console', 'stop-server']) {
      await next.handlers['run.next']({ to: null })
      await until(async () => (await stepState(next, id)) === 'done')
    }
    expect(next.running()).toBe(true)
    await next.close()
    const last = await open()
    const { run, servers } = await snapshot(last)
    expect(run).toBeNull()
    expect(servers.flatMap(({ services }) => services).every(({ state }) => state === 'running')).toBe(true)
    await last.close()
  })

  test("gives the archive up at the domain's limit, also where the operator makes a step at a time, and starts the services", async () => {
    const file = made.domain.file
    const whole = readFileSync(file, 'utf8')
    writeFileSync(file, whole.replace(/^limits:\n/m, 'limits:\n  downtimeMs: 400\n'))
    const console = await open().finally(() => writeFileSync(file, whole))
    await console.handlers['run.prepare']({ host: 'hq-mas' })
    expect((await snapshot(console)).run?.outageLimitMs).toBe(400)
    for (const id of ['open-console', 'take-lock', 'clear-journal', 'release-lock', 'end-console']) {
      await console.handlers['run.next']({ to: null })
      await until(async () => (await stepState(console, id)) === 'done')
    }
    await console.handlers['run.next']({ to: null })
    await until(async () => (await snapshot(console)).run?.phase === 'ended')
    const { run } = await snapshot(console)
    expect(run?.state).toMatchObject({ outcome: 'failed-restored', exitCode: 2, problem: { code: 'downtime-limit' } })
    expect(run?.state.servicesDown).toEqual([])
    const states = async () => (await snapshot(console)).servers.flatMap(({ services }) => services)
    await until(async () => (await states()).every(({ state }) => state === 'running'))
    await console.close()
  })

  test('runs case (3) whole: the domain goes on, and replication is complete at the end', async () => {
    const console = await open()
    const master = made.pid('hq-mas', 'address-service')
    await console.handlers['run.prepare']({ host: 'tk-ml1' })
    const to = join(made.root, 'case3.tar.zst')
    await console.handlers['run.all']({ to })
    await until(async () => (await snapshot(console)).run?.phase === 'ended')
    const { run, session } = await snapshot(console)
    expect(run?.state).toMatchObject({ outcome: 'done', problem: null, archives: [{ path: to, host: 'tk-ml1' }] })
    expect(run?.state.steps.map(({ id, state }) => [id, state])).toEqual(
      [
        'check-replication',
        'open-console',
        'take-lock',
        'clear-journal',
        'release-lock',
        'stop-server',
        'end-console',
        'stop-directory',
        'nxbackup',
        'verify',
        'start',
        'await-replication',
        'discard',
      ].map((id) => [id, 'done']),
    )
    expect(run?.state.services.every(({ host, startedAt }) => host === 'tk-ml1' && startedAt !== null)).toBe(true)
    expect(session.kind).toBe('off')
    expect(made.pid('hq-mas', 'address-service')).toBe(master)
    await console.close()
  })

  test('refuses every path of a window that is not absolute', async () => {
    const console = await open()
    const { handlers } = console
    const [path, page] = ['kept.tar.zst', { next: null, limit: 10 }]
    const asked = [
      handlers['archive.choose']({ path }),
      handlers['archive.open']({ path }),
      handlers['archive.volumes']({ path }),
      handlers['archive.folder']({ path, folder: '/', ...page }),
      handlers['archive.search']({ path, text: 'a', ...page }),
      handlers['archive.extract']({ path, select: [], to: '/nowhere' }),
      handlers['archive.extract']({ path: '/nowhere.tar.zst', select: [], to: path }),
      handlers['restore.survey']({ hosts: ['hq-mas'], from: path }),
      handlers['restore.prepare']({ hosts: ['hq-mas'], from: path, acceptLoss: [] }),
      handlers['directory.import']({ file: path, encoding: 'utf-8', partial: false, dryRun: true }),
    ]
    for (const each of asked)
      await expect(each).rejects.toMatchObject({ problem: { code: 'path-relative', exitCode: 64 } })
    expect(await snapshot(console)).toMatchObject({ archive: null, tasks: [] })
    await console.close()
  })

  test('prepares case (3) for a server that is not the master; case (1) does not end while another console is on', async () => {
    const [console, second] = [await open(), await open('second')]
    await console.handlers['run.prepare']({ host: 'tk-ml1' })
    expect((await snapshot(console)).run?.state).toMatchObject({
      runbook: 'server-backup',
      host: 'tk-ml1',
      hosts: ['tk-ml1', 'hq-mas'],
    })
    await console.handlers['run.dismiss'](null)
    await console.handlers['run.prepare']({ host: 'hq-mas' })
    await console.handlers['run.all']({ to: join(made.root, 'refused.tar.zst') })
    await until(async () => (await snapshot(console)).run?.phase === 'ended')
    const { run, servers } = await snapshot(console)
    expect(run?.state).toMatchObject({ outcome: 'refused', problem: { code: 'console-open', exitCode: 11 } })
    expect(servers.flatMap(({ services }) => services).every(({ state }) => state === 'running')).toBe(true)
    await Promise.all([console.close(), second.close()])
  })
})
