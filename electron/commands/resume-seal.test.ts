import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Owner } from '../../shared/model/owner.ts'
import { newLoop } from '../adapters/media/testing/small-filesystem.ts'
import { masterOf } from '../core/engine.ts'
import { until } from '../embedded/testing/sample.ts'
import { serverJournal } from '../formats/journal-folder.ts'
import { watchSteps } from './testing/at-step.ts'
import { openShell, type Shell } from './testing/shell.ts'

// The section clears the journal of what it archived. Defects that break it: a resume after which the journal goes on growing from
// before the archive, one that clears without an archive, one that fails because the journal cannot be cleared just now.
let shell: Shell
let number = 0
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
})
beforeEach(async () => {
  number += 1
  expect(await shell.run(['register', 'user', '--name', `続行 ${number}`])).toMatchObject({ code: 0 })
  expect(await shell.run(['replication', '--wait', '60'])).toMatchObject({ code: 0 })
})
afterAll(() => shell.remove())

const someone: Owner = { operator: 'tanaka', host: 'console7', pid: 4711, kind: 'console' }
const recordsOf = async (host: string) => {
  const { rows } = await shell.run(['journal', 'list', '--server', host])
  return rows[0]?.records
}
const resume = () => shell.run(['runs', 'resume', '--yes'])

/** An unattended backup that was killed there; gives its watch, for what goes on with it. */
async function killed(words: readonly string[], step: string, moment: 'step-started' | 'step-done') {
  const steps = watchSteps(shell)
  const begun = shell.begin(['backup', ...words, '--yes', '--config', shell.config, '--json'])
  expect(await steps.reached(begun, step, moment, () => begun.child.kill('SIGKILL'))).toBe(true)
  await begun.ended
  return steps
}
const to = () => join(shell.backups, `resumed-${number}.tar.zst`)
const master = () => ['--server', 'MASTER', '--to', to()]

it.each([
  ['(2), before the seal', 'hq-mas', 'nxbackup', 'step-done'],
  ['(4), before the seal', 'tk-ml1', 'nxbackup', 'step-done'],
  ['(2), in the seal', 'hq-mas', 'seal', 'step-started'],
  ['(4), in verify', 'tk-ml1', 'verify', 'step-started'],
] as const)('case %s: after resume the journal is clear, and the record says so', async (_, host, step, moment) => {
  await killed(['--server', host, '--to', to()], step, moment)
  const resumed = await resume()
  expect(resumed).toMatchObject({ code: 0, result: { servicesDown: [], verified: [{ host, path: to() }] } })
  expect(await recordsOf(host)).toBe(0)
  const sealed = resumed.result.sealed as { host: string; records: number; segment: number | null }[]
  if (step === 'nxbackup') expect(sealed).toMatchObject([{ host, records: expect.any(Number) }])
  if (step === 'nxbackup') expect(sealed[0]?.records).toBeGreaterThan(0)
  if (step === 'verify') expect(sealed).toEqual([])
  const { result } = await shell.run(['runs', 'show', String(resumed.result.resumed)])
  expect(result.run).toMatchObject({ archives: [{ host, path: to() }], exitCode: 2 })
  const run = result.run as { steps: { id: string; state: string; receipt: { records: number } | null }[] }
  expect(run.steps.find(({ id }) => id === 'seal')).toMatchObject({ state: 'done', receipt: expect.anything() })
  expect(run.steps.find(({ id }) => id === 'verify')).toMatchObject({ state: 'done' })
})

it('a round that was killed after its last archive: every journal is clear, no other is touched', async () => {
  const folder = join(shell.backups, 'round')
  mkdirSync(folder)
  const other = await recordsOf('os-ml1')
  expect(other).toBeGreaterThan(0)
  await killed(['--server', 'MASTER,tk-ml1', '--to', folder, '--wait', '60'], 'seal', 'step-started')
  const resumed = await shell.plain(['runs', 'resume', '--yes', '--config', shell.config])
  expect([resumed.code, await recordsOf('hq-mas'), await recordsOf('tk-ml1')]).toEqual([0, 0, 0])
  expect(resumed.stdout).toMatch(/journal of \S+ (cleared|was already clear)/i)
  expect(await recordsOf('os-ml1')).toBe(other)
})

it('killed while it clears, it is asked again and ends', async () => {
  const steps = await killed(master(), 'nxbackup', 'step-done')
  const first = shell.begin(['runs', 'resume', '--yes', '--config', shell.config, '--json'])
  expect(await steps.reached(first, 'seal', 'step-started', () => first.child.kill('SIGKILL'))).toBe(true)
  await first.ended
  expect(shell.snapshot().runRecords).not.toEqual([])
  expect(await resume()).toMatchObject({ code: 0, result: { servicesDown: [], verified: [{ path: to() }] } })
  expect([await recordsOf('hq-mas'), shell.snapshot().runRecords]).toEqual([0, []])
  expect(await shell.run(['lock', 'status'])).toMatchObject({ result: { lock: { held: false } } })
})

it('排他 that someone else holds leaves the journal as it is: a warning with the command, and the archive counts', async () => {
  await killed(master(), 'nxbackup', 'step-done')
  const resuming = resume()
  const client = shell.master()
  // Whoever is first at the service that comes back holds it.
  const take = () => client.call('lock.acquire', { owner: someone, leaseMs: 60_000 })
  let token = 0
  await until(async () => {
    token = (await take().catch(() => ({ token: 0 }))).token
    return token > 0
  }, 60_000)
  const resumed = await resuming
  await client.call('lock.release', { token })
  expect(resumed).toMatchObject({
    code: 1,
    result: { verified: [{ path: to() }], sealed: [], warnings: [{ code: 'journal-left' }] },
  })
  expect(resumed.stderr).toContain('untenseki journal clear --server hq-mas')
  expect(resumed.stderr).toContain('tanaka@console7')
  expect(await recordsOf('hq-mas')).toBeGreaterThan(0)
  expect(shell.snapshot().runRecords).toEqual([])
})

it('a console that is logged on keeps no journal from being cleared, as its own ジャーナルクリア would not', async () => {
  await killed(master(), 'nxbackup', 'step-done')
  const resuming = resume()
  const client = shell.master()
  const login = () => client.call('session.login', { owner: someone, leaseMs: 60_000 })
  let session = ''
  await until(async () => {
    session = (await login().catch(() => ({ id: '' }))).id
    return session !== ''
  }, 60_000)
  expect(await resuming).toMatchObject({ code: 0, result: { verified: [{ path: to() }] } })
  await client.call('session.logout', { session })
  expect(await recordsOf('hq-mas')).toBe(0)
})

it('a console goes on with it in the same way, and says how it ended', async () => {
  await killed(master(), 'nxbackup', 'step-done')
  const { code, result, stderr } = await shell.consoleResume().ended
  expect([code, result.outcome, stderr]).toEqual([2, 'failed-restored', ''])
  expect([await recordsOf('hq-mas'), shell.snapshot().runRecords]).toEqual([0, []])
  const { rows } = await shell.run(['archives', '--server', 'hq-mas'])
  expect(rows.find(({ path }) => path === to())).toMatchObject({ verifiedAt: expect.any(String) })
})

it('interrupted once the services are up, it is asked again: 130', async () => {
  await killed(master(), 'nxbackup', 'step-done')
  const first = shell.begin(['runs', 'resume', '--yes', '--config', shell.config, '--json'])
  await until(() => shell.pid('hq-mas', 'object-server') !== null, 60_000)
  first.child.kill('SIGINT')
  const { code, problem } = await first.ended
  expect([code, problem]).toEqual([130, 'cancelled'])
  expect(Object.values(shell.snapshot().pids)).not.toContain(null)
  expect(shell.snapshot().runRecords).not.toEqual([])
  expect(await resume()).toMatchObject({
    code: 0,
    result: { verified: [{ path: to() }], sealed: [{ host: 'hq-mas' }] },
  })
})

it('a rollback brings back and clears nothing', async () => {
  const before = await recordsOf('hq-mas')
  await killed(master(), 'nxbackup', 'step-done')
  expect(await shell.run(['runs', 'rollback', '--yes'])).toMatchObject({ code: 0 })
  expect(await recordsOf('hq-mas')).toBe(before)
})

it.skipIf(process.getuid?.() !== 0)(
  'what it warns of is told beside what the backup of the rest comes to',
  async () => {
    const folder = join(shell.backups, 'rest')
    mkdirSync(folder)
    const { sealedFolder: sealed } = serverJournal(masterOf(shell.domain()), 'tk-ml1')
    expect(readdirSync(sealed)).not.toEqual([])
    await killed(['--server', 'MASTER,tk-ml1', '--to', folder, '--wait', '60'], 'nxbackup', 'step-done')
    // Nothing can be written there: what is cleared has no place to go.
    execFileSync('mount', ['--bind', sealed, sealed])
    try {
      execFileSync('mount', ['-o', 'remount,ro,bind', sealed])
      const resumed = await resume()
      expect(resumed).toMatchObject({
        code: 1,
        result: { verified: [{ host: 'tk-ml1' }], archive: expect.anything(), warnings: [{ code: 'journal-left' }] },
      })
    } finally {
      execFileSync('umount', [sealed])
    }
  },
)

it.skipIf(process.getuid?.() !== 0)(
  'a volume that nobody gives leaves the run unfinished: 12; with it the resume comes to its end',
  async (context) => {
    const [first, second] = [newLoop(shell.base, 1 / 32), newLoop(shell.base, 16)]
    if (!first || !second) return context.skip('no loop devices are to be had')
    const config = readFileSync(shell.config, 'utf8')
    try {
      writeFileSync(shell.config, config.replace(/recordBytes: \d+/, 'recordBytes: 10240'))
      const volumes = ['--to', first.path, '--volume', second.path]
      await killed(['--server', 'MASTER', ...volumes], 'nxbackup', 'step-done')
      expect(await resume()).toMatchObject({ code: 12, problem: 'volume-wanted' })
      expect(Object.values(shell.snapshot().pids)).not.toContain(null)
      expect(await shell.run(['start', '--server', 'hq-mas'])).toMatchObject({ code: 11, problem: 'run-unfinished' })
      const resumed = await shell.run(['runs', 'resume', '--volume', second.path, '--yes'])
      expect(resumed).toMatchObject({
        code: 0,
        result: { verified: [{ path: first.path }], sealed: [{ host: 'hq-mas' }] },
      })
      expect([await recordsOf('hq-mas'), shell.snapshot().runRecords]).toEqual([0, []])
    } finally {
      writeFileSync(shell.config, config)
      first.end()
      second.end()
    }
  },
)
