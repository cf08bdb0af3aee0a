import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../embedded/testing/sample.ts'
import { openShell, type Running, type Shell } from './testing/shell.ts'
import { partialOf, slowTarget } from './testing/slow-run.ts'

// Defects that break it: a record written after what it announces, a start that ignores an unfinished run, a signal
// that ends the process instead of the run, a service left down without a word.
let shell: Shell
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  writeFileSync(shell.config, slowTarget(shell))
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
})
afterAll(() => shell.remove())

const services = ['object-server', 'address-service', 'server', 'scheduler']
const running = () => services.filter((id) => shell.pid('hq-mas', id) !== null)
const backup = (to: string) => ['backup', '--server', 'hq-mas', '--to', to, '--yes', '--config', shell.config, '--json']

/** A backup that is in the middle of its archive. */
async function inTheMiddle(to: string): Promise<Running> {
  const partial = partialOf(to)
  const begun = shell.begin(backup(to))
  await Promise.race([partial, begun.ended.then(({ stderr }) => Promise.reject(new Error(stderr)))])
  expect(running()).toEqual([])
  return begun
}

describe('a backup that is killed in the middle', () => {
  const name = 'killed.tar.gz'

  it('leaves its record, which refuses every start until it is settled', async () => {
    const begun = await inTheMiddle(join(shell.backups, name))
    begun.child.kill('SIGKILL')
    await begun.ended
    expect(running()).toEqual([])
    expect(shell.snapshot()).toMatchObject({ archives: [`${name}.partial`], runRecords: ['hq-mas.json'] })
    const verbs = [
      ['start', '--server', 'hq-mas'],
      ['domain', 'start'],
      ['stop', '--server', 'hq-mas', '--yes'],
      ['backup', '--server', 'hq-mas', '--to', shell.backups, '--yes'],
    ]
    for (const words of verbs) {
      const ended = await shell.run(words)
      expect([words, ended.code, ended.problem]).toEqual([words, 11, 'run-unfinished'])
      expect(ended.stderr).toContain('untenseki runs rollback')
    }
    const copied = await shell.run(['nxbackup'], { input: `${shell.base}/b.tar.zst\ny\n` })
    expect([copied.code, copied.problem]).toEqual([11, 'run-unfinished'])
    expect(running()).toEqual([])
  })

  it('is shown, and rolled back only after a yes', async () => {
    const shown = await shell.run(['runs', 'show'])
    expect(shown).toMatchObject({ code: 0, result: { run: { outcome: null, services: expect.any(Array) } } })
    expect(shown.rows.find((row) => row.id === 'nxbackup')).toMatchObject({ state: 'running' })
    const { rows } = await shell.run(['runs', 'list'])
    expect(rows).toMatchObject([{ outcome: 'unfinished', host: 'hq-mas' }])
    const asked = await shell.run(['runs', 'rollback'])
    expect([asked.code, asked.problem]).toEqual([64, 'answer-needed'])
    expect(running()).toEqual([])
  })

  it('is rolled back: services up, nothing of it left, and the next backup works', async () => {
    const back = await shell.run(['runs', 'rollback', '--yes'])
    expect(back).toMatchObject({ code: 0, result: { servicesDown: [] } })
    expect(running()).toEqual(services)
    expect(shell.snapshot()).toMatchObject({ archives: [], runRecords: [] })
    expect(await shell.run(['register', 'user', '--name', '復旧 花子'])).toMatchObject({ code: 0 })
    const { rows } = await shell.run(['runs', 'list'])
    expect(rows).toMatchObject([{ outcome: 'failed-restored' }])
    const again = await shell.run(['backup', '--server', 'hq-mas', '--to', join(shell.base, 'after.tar.zst'), '--yes'])
    expect(again).toMatchObject({ code: 0, result: { outcome: 'done' } })
  })
})

describe('a backup that is interrupted in the middle', () => {
  it.each([
    ['SIGINT', 130, 'cancelled'],
    ['SIGTERM', 143, 'terminated'],
  ] as const)('by %s: %i, services up, nothing left', async (signal, code, problem) => {
    const to = join(shell.backups, `${signal}.tar.gz`)
    const begun = await inTheMiddle(to)
    const asked = performance.now()
    begun.child.kill(signal)
    await until(() => !existsSync(`${to}.partial`), 1_500)
    expect(performance.now() - asked).toBeLessThan(1_500)
    const ended = await begun.ended
    expect([ended.code, ended.problem, ended.result.outcome]).toEqual([code, problem, 'cancelled'])
    expect(running()).toEqual(services)
    expect(shell.snapshot()).toMatchObject({ archives: [], runRecords: [] })
  })

  it('by a second signal it ends at once, says what is down, and leaves a run that the next command settles', async () => {
    const begun = await inTheMiddle(join(shell.backups, 'twice.tar.gz'))
    const pid = begun.child.pid ?? 0
    // Both before the process can have unwound anything.
    process.kill(pid, 'SIGSTOP')
    begun.child.kill('SIGINT')
    begun.child.kill('SIGTERM')
    process.kill(pid, 'SIGCONT')
    const ended = await begun.ended
    expect(ended.code).toBe(3)
    expect(ended.stderr).toMatch(/run \d{8}T\d{6}Z-[0-9a-f]{6} had stopped is still down[\s\S]*runs rollback/)
    expect(running()).toEqual([])
    expect(await shell.run(['runs', 'rollback', '--yes'])).toMatchObject({ code: 0 })
    expect(running()).toEqual(services)
  })

  it('by --timeout: 143, services up, nothing left', async () => {
    const words = backup(join(shell.backups, 'late.tar.gz'))
    const ended = await shell.plain([...words, '--timeout', '2', '--log-level', 'error'])
    expect([ended.code, ended.problem, ended.result.outcome]).toEqual([143, 'timed-out', 'cancelled'])
    expect(running()).toEqual(services)
    expect(shell.snapshot()).toMatchObject({ archives: [], runRecords: [] })
    expect(ended.stderr).toMatch(/^The operation was not over within 2 s/)
  })

  it('by a terminal that is closed (SIGHUP) it goes on to its end', async () => {
    const to = join(shell.base, 'hangup.tar.zst')
    const begun = await inTheMiddle(to)
    begun.child.kill('SIGHUP')
    expect(await begun.ended).toMatchObject({ code: 0, result: { outcome: 'done' } })
    expect(running()).toEqual(services)
  })
})

describe('a backup at a terminal', () => {
  it('goes on to its end when that is torn down under it', async () => {
    const to = join(shell.base, 'terminal.tar.zst')
    const partial = partialOf(to)
    const line = [process.execPath, shell.cli, ...backup(to)].join(' ')
    const terminal = spawn('script', ['-qec', line, '/dev/null'], { stdio: ['pipe', 'ignore', 'ignore'] })
    await partial
    expect(running()).toEqual([])
    terminal.kill('SIGKILL')
    await until(() => existsSync(to) && shell.snapshot().runRecords.length === 0, 60_000)
    expect(running()).toEqual(services)
    const { rows } = await shell.run(['runs', 'list'])
    expect(['done', 'warnings']).toContain(rows[0]?.outcome)
  })
})

describe('a backup whose outputs fail', () => {
  it('goes on behind head, which reads one line and goes', async () => {
    const to = join(shell.base, 'head.tar.zst')
    const words = backup(to).filter((word) => word !== '--json')
    const line = '"$@" 2>&1 | head -n 1; echo "ended $' + '{PIPESTATUS[0]}"'
    const { stdout } = await promisify(execFile)('bash', ['-c', line, 'bash', process.execPath, shell.cli, ...words])
    expect(stdout.trim().split('\n')).toEqual([expect.any(String), 'ended 0'])
    expect(existsSync(to)).toBe(true)
    expect(running()).toEqual(services)
  })

  it('goes on when its reader went away', async () => {
    const to = join(shell.base, 'unread.tar.zst')
    const begun = shell.begin(backup(to).filter((word) => word !== '--json'))
    begun.child.stdout?.destroy()
    begun.child.stderr?.destroy()
    expect((await begun.ended).code).toBe(0)
    expect(existsSync(to)).toBe(true)
    expect(running()).toEqual(services)
  })

  it('goes on when the disk of its log is full, and ends with a warning', async () => {
    const full = openSync('/dev/full', 'w')
    const to = join(shell.base, 'unlogged.tar.zst')
    const child = spawn(process.execPath, [shell.cli, ...backup(to)], { stdio: ['ignore', full, full] })
    const [code] = await once(child, 'exit')
    expect(code).toBe(1)
    expect(existsSync(to)).toBe(true)
    expect(running()).toEqual(services)
  })
})

describe('a service that cannot be started again', () => {
  it('ends the run with 3, tells which and how to start it, and keeps the good archive', async () => {
    const to = join(shell.base, 'down.tar.zst')
    const { port } = shell.domain().servers[0]?.services.find((each) => each.id === 'server') ?? {}
    const begun = await inTheMiddle(to)
    // It hangs up, so that nobody waits for its greeting.
    const intruder = createServer((socket) => void socket.destroy()).listen(port ?? 0, '127.0.0.1')
    await once(intruder, 'listening')
    const ended = await begun.ended
    expect([ended.code, ended.problem]).toEqual([3, 'port-in-use'])
    expect(ended.result).toMatchObject({ outcome: 'failed-down', servicesDown: ['hq-mas/scheduler', 'hq-mas/server'] })
    expect(ended.stderr).toContain('untenseki start --server hq-mas')
    expect(ended.result.archive).toMatchObject({ path: to })
    expect(running()).toEqual(['object-server', 'address-service'])
    intruder.close()
    await once(intruder, 'close')
    expect(await shell.run(['start', '--server', 'hq-mas'])).toMatchObject({ code: 0 })
    expect(running()).toEqual(services)
    expect(readdirSync(shell.base)).toContain('down.tar.zst')
    expect(await shell.run(['verify', to])).toMatchObject({ code: 0 })
  })
})
