import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServerConfig } from '../../shared/model/domain.ts'
import { until } from '../embedded/testing/sample.ts'
import { backupTargets } from '../formats/targets.ts'
import { watchSteps } from './testing/at-step.ts'
import { openShell, type Shell } from './testing/shell.ts'

// Defects that break it: a half made exchange that is neither finished nor taken back, one that goes the other way than was asked
// for, services that start on half of each, a repair that is forgotten, a fencing token that is given a second time.
const withStrace = spawnSync('strace', ['-V']).status === 0
const settings = { timeout: 240_000 }
let shell: Shell
let live = ''
const good = () => join(shell.backups, 'm.tar.zst')
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  expect((await shell.run(['domain', 'start'])).code).toBe(0)
  const register = (name: string) => shell.run(['register', 'user', '--name', name])
  expect((await register('試験 前')).code).toBe(0)
  expect((await shell.run(['backup', '--server', 'MASTER', '--to', good(), '--yes'])).code).toBe(0)
  expect((await register('試験 後')).code).toBe(0)
  const target = backupTargets(shell.domain().servers[0] as ServerConfig).find(({ path }) => existsSync(path))
  live = target?.path ?? ''
}, 180_000)
afterAll(() => shell?.remove())

/** Kills a restore of the master between the two moves of its first target, after whose first it is held up. */
async function killInSwap(): Promise<void> {
  const words = ['restore', '--server', 'MASTER', '--from', good(), '--yes', '--config', shell.config, '--json']
  const trace = ['-f', '-qq', '-o', '/dev/null', '-P', live, '-e', 'trace=rename,renameat2']
  const held = ['-e', 'inject=rename,renameat2:delay_exit=60000000:when=1']
  const begun = shell.begin(words, { under: ['strace', ...trace, ...held] })
  await until(() => !existsSync(live), 60_000)
  const record = readFileSync(join(shell.root, 'state', 'run-lock', 'hq-mas.json'), 'utf8')
  process.kill((JSON.parse(record) as { owner: { pid: number } }).owner.pid, 'SIGKILL')
  begun.child.kill('SIGKILL')
  await begun.ended
  expect(existsSync(live)).toBe(false)
  expect((await shell.run(['start', '--server', 'hq-mas'])).problem).toBe('run-unfinished')
}

/** The token of 排他 that is taken now. */
async function tokenNow(): Promise<number> {
  const owner = { operator: 'tanaka', host: 'console7', pid: 4711, kind: 'console' } as const
  const { token } = await shell.master().call('lock.acquire', { owner, leaseMs: 30_000 })
  await shell.master().call('lock.release', { token })
  return token
}

async function allServed(): Promise<void> {
  const { rows } = await shell.run(['search', '--kind', 'user', '--name', '試験'])
  expect(rows.map(({ name }) => name)).toEqual(['試験 前', '試験 後'])
  expect(Object.entries(shell.snapshot().pids).filter(([, pid]) => pid === null)).toEqual([])
  expect(shell.snapshot().runRecords).toEqual([])
  expect((await shell.run(['register', 'user', '--name', '後日'])).problem).toBe(null)
}

test.skipIf(!withStrace)(
  'killed while data is exchanged, a restore is taken back by a rollback (needs strace)',
  settings,
  async () => {
    await killInSwap()
    const back = await shell.run(['runs', 'rollback', '--yes'])
    expect([back.code, back.result.servicesDown]).toEqual([0, []])
    expect((await shell.run(['repair', '--server', 'MASTER', '--yes'])).problem).toBe('repair-not-pending')
    expect((await shell.run(['restore', '--list'])).rows).toEqual([])
    await allServed()
  },
)

test.skipIf(!withStrace)(
  'killed while data is exchanged, a restore goes on to its repaired end by a resume (needs strace)',
  settings,
  async () => {
    const before = await tokenNow()
    await killInSwap()
    const resumed = await shell.run(['runs', 'resume', '--yes'])
    expect([resumed.code, resumed.problem, resumed.result.repairs]).toEqual([0, null, ['hq-mas']])
    const [kept] = (await shell.run(['restore', '--list'])).rows
    expect(kept).toMatchObject({ runId: resumed.result.resumed })
    // The restored counter alone would give again what was given after the backup.
    expect(await tokenNow()).toBeGreaterThan(before)
    await allServed()
  },
)

test('killed while several servers are repaired, a resume repairs them all', settings, async () => {
  const set = join(shell.base, 'set')
  mkdirSync(set)
  expect((await shell.run(['backup', '--all', '--to', set, '--wait', '60', '--yes'])).code).toBe(0)
  expect((await shell.run(['register', 'user', '--name', '組の後'])).code).toBe(0)
  const steps = watchSteps(shell)
  const begun = shell.begin(['restore', '--all', '--from', set, '--yes', '--config', shell.config, '--json'])
  await steps.reached(begun, 'repair', 'step-started', () => begun.child.kill('SIGKILL'))
  await begun.ended
  const resumed = await shell.run(['runs', 'resume', '--yes'])
  expect([resumed.code, resumed.problem]).toEqual([0, null])
  expect((await shell.run(['replication'])).code).toBe(0)
  expect((await shell.run(['search', '--kind', 'user', '--name', '組の後'])).rows).toHaveLength(1)
  expect(Object.entries(shell.snapshot().pids).filter(([, pid]) => pid === null)).toEqual([])
})
