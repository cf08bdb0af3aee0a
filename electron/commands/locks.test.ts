import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Owner } from '../../shared/model/owner.ts'
import { until } from '../embedded/testing/sample.ts'
import { serviceFiles } from '../formats/pid-file.ts'
import { openShell, type Shell, type Snapshot } from './testing/shell.ts'
import { partialOf, slowTarget } from './testing/slow-run.ts'

// Defects that break it: a lock that only our own console asks for, two runs that both begin, a start or stop that
// meddles with a run.
const holder: Owner = { operator: 'tanaka', host: 'console7', pid: 4711, kind: 'console' }
let shell: Shell
let before: Snapshot
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
  before = shell.snapshot()
})
afterEach(() => expect(shell.snapshot().runRecords).toEqual([]))
afterAll(() => shell.remove())

const backup = () => ['backup', '--server', 'hq-mas', '--to', shell.backups, '--yes']

describe('while someone holds 排他', () => {
  it.each([
    ['register', () => ['register', 'user', '--name', '排他 太郎'], 'registration-locked'],
    ['backup', backup, 'lock-held'],
    ['journal clear', () => ['journal', 'clear', '--server', 'hq-mas', '--yes'], 'lock-held'],
  ])('%s is refused with the name: 11', async (_, words, problem) => {
    const client = shell.master()
    const held = await client.call('lock.acquire', { owner: holder, leaseMs: 30_000 })
    try {
      const ended = await shell.run(words())
      expect([ended.code, ended.problem]).toEqual([11, problem])
      expect(ended.stderr).toContain('tanaka@console7')
      expect(shell.snapshot()).toEqual(before)
      expect(await shell.run(['lock', 'status'])).toMatchObject({ result: { lock: { held: true, owner: holder } } })
      expect(await shell.run(['search', '--name', '佐藤'])).toMatchObject({ code: 0 })
    } finally {
      await client.call('lock.release', { token: held.token })
    }
  })

  it('lock break asks, ends it, tells the holder, and stands in the address service’s log', async () => {
    const client = shell.master()
    const { token } = await client.call('lock.acquire', { owner: holder, leaseMs: 30_000 })
    expect((await shell.run(['lock', 'break'])).code).toBe(64)
    await client.call('lock.renew', { token })
    const broken = await shell.run(['lock', 'break', '--yes'])
    expect(broken).toMatchObject({ code: 0, result: { broken: { held: true, owner: holder } } })
    await expect(client.call('lock.renew', { token })).rejects.toThrow('lock-lost')
    await expect(client.call('journal.seal', { host: 'hq-mas', token, by: holder })).rejects.toThrow('lock-lost')
    const log = readFileSync(serviceFiles(shell.domain(), 'hq-mas', 'address-service').log, 'utf8')
    const line = log.split('\n').find((text) => text.includes('lock-broken'))
    expect(JSON.parse(line ?? '{}')).toMatchObject({ holder, by: { kind: 'command' }, token })
    expect(await shell.run(['lock', 'break', '--yes'])).toMatchObject({ code: 0, result: { broken: null } })
  })

  it('a registration goes through once it ended', async () => {
    expect(await shell.run(['register', 'user', '--name', '排他 次郎'])).toMatchObject({ code: 0 })
  })
})

describe('while a console is logged on', () => {
  it('backup is refused with the name, and nothing is stopped: 11', async () => {
    const client = shell.master()
    const { id } = await client.call('session.login', { owner: holder, leaseMs: 30_000 })
    const ended = await shell.run(backup())
    expect([ended.code, ended.problem]).toEqual([11, 'console-open'])
    expect(ended.stderr).toContain('tanaka@console7 (pid 4711)')
    expect(shell.snapshot()).toEqual(before)
    expect(await shell.run(['lock', 'status'])).toMatchObject({ result: { lock: { held: false } } })
    await client.call('session.logout', { session: id })
  })
})

describe('while services are being started', () => {
  it('a backup is refused, so that none of them starts under its archive: 11', async () => {
    expect(await shell.run(['stop', '--server', 'hq-mas', '--yes'])).toMatchObject({ code: 0 })
    const begun = shell.begin(['start', '--server', 'hq-mas', '--config', shell.config])
    await until(() => shell.pid('hq-mas', 'object-server') !== null)
    const half = shell.pid('hq-mas', 'object-server') ?? 0
    process.kill(half, 'SIGSTOP')
    const ended = await shell.run(backup())
    const copied = await shell.run(['stop', '--server', 'tk-ml1', '--yes'])
    process.kill(half, 'SIGCONT')
    expect([ended.code, ended.problem, copied.code]).toEqual([11, 'services-attended', 0])
    expect((await begun.ended).code).toBe(0)
    expect(readdirSync(shell.backups)).toEqual([])
    expect(await shell.run(['start', '--server', 'tk-ml1'])).toMatchObject({ code: 0 })
  })
})

describe('while a run is under way', () => {
  it('of two backups at once exactly one runs', async () => {
    const ended = await Promise.all([shell.run(backup()), shell.run(backup())])
    const [one, other] = ended.sort((a, b) => (a.code ?? 0) - (b.code ?? 0))
    expect([one?.code, other?.code, other?.problem]).toEqual([0, 11, 'run-in-progress'])
    expect(readdirSync(shell.backups)).toHaveLength(1)
    expect(other?.stderr).toContain(String(one?.result.runId))
  })

  it('start, stop, nxbackup, destroy and another backup are refused: 11', async () => {
    writeFileSync(shell.config, slowTarget(shell))
    const to = join(shell.backups, 'slow.tar.gz')
    const partial = partialOf(to)
    const running = shell.begin([
      'backup',
      '--server',
      'hq-mas',
      '--to',
      to,
      '--yes',
      '--config',
      shell.config,
      '--json',
    ])
    await Promise.race([
      partial,
      running.ended.then(({ code, stderr }) => expect.fail(`it ended with ${code}: ${stderr}`)),
    ])
    const verbs = [
      ['start', '--server', 'hq-mas'],
      ['stop', '--server', 'hq-mas', '--yes'],
      ['domain', 'start'],
      backup(),
      ['runs', 'rollback', '--yes'],
    ]
    const refused = await Promise.all(verbs.map((words) => shell.run(words)))
    expect(refused.map(({ code, problem }) => [code, problem])).toEqual([
      ...verbs.slice(0, 4).map(() => [11, 'run-in-progress']),
      [0, null],
    ])
    // Not beside the start: the servers that no run holds would be started and stopped at once.
    expect(await shell.run(['domain', 'stop'])).toMatchObject({ code: 11, problem: 'run-in-progress' })
    const destroyed = await shell.plain(['domain', 'destroy', '--root', shell.root, '--yes', '--json'])
    expect([destroyed.code, destroyed.problem]).toEqual([11, 'run-in-progress'])
    const copied = await shell.run(['nxbackup'], { input: `${shell.base}/b.tar.zst\ny\n` })
    expect([copied.code, copied.problem]).toEqual([11, 'run-in-progress'])
    expect(shell.pid('hq-mas', 'object-server')).toBeNull()
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130 })
    await until(() => shell.pid('hq-mas', 'scheduler') !== null)
  })
})
