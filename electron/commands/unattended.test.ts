import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ServerConfig } from '../../shared/model/domain.ts'
import type { Owner } from '../../shared/model/owner.ts'
import { until } from '../embedded/testing/sample.ts'
import { readAreas } from '../formats/parameter-file.ts'
import { serviceFiles } from '../formats/pid-file.ts'
import { type Ended, openShell, type Shell } from './testing/shell.ts'

// Defects that break it: an order of stops and starts that is not the manual's, a journal of another server cleared, a round
// whose archives are of different cuts, a server left down, a backup of a server that lacks registrations.
const holder: Owner = { operator: 'tanaka', host: 'console7', pid: 4711, kind: 'console' }
const all = ['hq-mas', 'tk-ml1', 'os-ml1'] as const
let shell: Shell
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  expect(await shell.run(['start', '--server', all.join(',')])).toMatchObject({ code: 0 })
})
afterEach(() => {
  expect(shell.snapshot().runRecords).toEqual([])
  expect(Object.values(shell.snapshot().pids)).not.toContain(null)
})
afterAll(() => shell.remove())

const register = async (name: string) =>
  expect(await shell.run(['register', 'user', '--name', name])).toMatchObject({ code: 0 })
/** Of a server alone: what was registered since the master's newest archive makes a backup of the master due. */
const warnings = ({ result }: Ended) => (result.warnings as { code: string }[]).map(({ code }) => code)
const backup = (...words: string[]) => shell.run(['backup', ...words, '--to', shell.backups, '--wait', '30', '--yes'])

/** What the services themselves logged since `from`, in the order of their own clocks: `host/service event`. */
function logged(from: number, events: readonly string[]): readonly string[] {
  const domain = shell.domain()
  const lines = domain.servers.flatMap(({ host, services }) =>
    services.flatMap(({ id }) =>
      readFileSync(serviceFiles(domain, host, id).log, 'utf8')
        .split('\n')
        .flatMap((text) => (text.startsWith('{') ? [JSON.parse(text) as { event: string; at: string }] : []))
        .filter(({ event, at }) => events.includes(event) && Date.parse(at) >= from)
        .map(({ event, at }) => ({ at, text: `${host}/${id} ${event}` })),
    ),
  )
  return lines.sort((one, other) => (one.at < other.at ? -1 : 1)).map(({ text }) => text)
}

async function journals() {
  const { rows } = await shell.run(['journal', 'list'])
  return Object.fromEntries(rows.map(({ host, records, segments }) => [host, [records, (segments as []).length]]))
}

describe('case (4): one server backed up unattended', () => {
  it('stops and starts in the order of the manual, by the services’ own logs, and clears that journal alone', async () => {
    await register('第一 花子')
    const before = await journals()
    const from = Date.now()
    const masterObjects = shell.pid('hq-mas', 'object-server')
    const other = shell.pid('os-ml1', 'server')
    const done = await backup('--server', 'tk-ml1')
    expect([done.code, done.problem, warnings(done)]).toEqual([1, null, ['master-backup-none']])
    expect(done.rows.map(({ id }) => id)).toEqual([
      'check-console',
      'check-replication',
      'stop-server',
      'stop-address-service',
      'stop-object-server',
      'nxbackup',
      'seal',
      'verify',
      'start',
      'discard',
    ])
    const stops = logged(from, ['stopping'])
    const at = (name: string) => stops.indexOf(`${name} stopping`)
    expect(at('hq-mas/scheduler')).toBe(0)
    expect(at('tk-ml1/scheduler')).toBe(1)
    expect([at('hq-mas/server'), at('tk-ml1/server')].sort()).toEqual([2, 3])
    expect([at('hq-mas/address-service'), at('tk-ml1/address-service')].sort()).toEqual([4, 5])
    expect(at('tk-ml1/object-server')).toBe(6)
    expect(stops).toHaveLength(7)
    const starts = logged(from, ['started'])
    expect(starts.slice(0, 3)).toEqual([
      'tk-ml1/object-server started',
      'hq-mas/address-service started',
      'tk-ml1/address-service started',
    ])
    expect(starts).toHaveLength(7)
    expect(shell.pid('hq-mas', 'object-server')).toBe(masterObjects)
    expect(shell.pid('os-ml1', 'server')).toBe(other)
    expect(await journals()).toEqual({ ...before, 'tk-ml1': [0, 1] })
    const status = await shell.run(['domain', 'status'])
    expect(status.result).toMatchObject({
      directory: { position: { number: done.result.changeNumber }, lock: { held: false } },
    })
    await register('再開 次郎')
  })

  it('is refused while replication is not complete, and waits for it with --wait: 10', async () => {
    expect(await shell.run(['stop', '--server', 'tk-ml1', '--yes'])).toMatchObject({ code: 0 })
    await register('遅延 三郎')
    const refused = await shell.run(['backup', '--server', 'tk-ml1', '--to', shell.backups, '--yes'])
    expect([refused.code, refused.problem]).toEqual([10, 'replication-incomplete'])
    expect(refused.stderr).toMatch(/\(tk-ml1: No answer/)
    const words = ['backup', '--server', 'tk-ml1', '--to', shell.backups, '--yes', '--config', shell.config]
    expect((await shell.plain(words, { language: 'ja' })).stderr).toContain('(tk-ml1: 応答なし')
    const waiting = shell.begin([
      ...['backup', '--server', 'tk-ml1', '--to', shell.backups, '--wait', '60', '--yes'],
      ...['--config', shell.config, '--json'],
    ])
    let said = ''
    waiting.child.stderr?.on('data', (text: string) => {
      said += text
    })
    await until(() => said.includes('waiting for replication'))
    waiting.child.kill('SIGINT')
    expect((await waiting.ended).code).toBe(130)
    expect(await shell.run(['start', '--server', 'tk-ml1'])).toMatchObject({ code: 0 })
    expect(warnings(await backup('--server', 'tk-ml1'))).toEqual(['master-backup-none'])
  })

  it('lets no console log on while it works, and is refused, naming it, while one is on: 11', async () => {
    const client = shell.master()
    const { id } = await client.call('session.login', { owner: holder, leaseMs: 30_000 })
    const refused = await backup('--server', 'tk-ml1')
    expect([refused.code, refused.problem]).toEqual([11, 'console-open'])
    expect(refused.stderr).toContain('tanaka@console7')
    await client.call('session.logout', { session: id })
    const command: Owner = { ...holder, kind: 'command' }
    const held = await client.call('lock.acquire', { owner: command, leaseMs: 30_000, noConsole: true })
    await expect(client.call('session.login', { owner: holder, leaseMs: 30_000 })).rejects.toThrow('console-kept-out')
    await client.call('lock.release', { token: held.token })
  })
})

describe('a round over all servers', () => {
  it('archives all at one cut under one set id, the master last, and clears every journal', async () => {
    await register('一斉 四郎')
    const dry = await shell.run(['backup', '--all', '--to', shell.backups, '--dry-run'])
    expect(dry).toMatchObject({ code: 0, result: { stopped: [...all], problems: [] } })
    expect((dry.result.members as { bytes: number }[]).every(({ bytes }) => bytes > 0)).toBe(true)
    const step = (id: string) => dry.rows.find((row) => row.kind === 'step' && row.id === id)
    expect(step('stop-server')).toMatchObject({ hosts: [...all], files: null })
    expect(step('stop-object-server@os-ml1')).toMatchObject({ hosts: ['os-ml1'] })
    expect(step('nxbackup@hq-mas')).toMatchObject({ hosts: ['hq-mas'], files: expect.any(Number) })
    const master = (dry.result.members as { host: string; bytes: number }[]).find(({ host }) => host === 'hq-mas')
    expect(step('nxbackup@hq-mas')?.bytes).toBe(master?.bytes)
    expect(step('seal@os-ml1')).toMatchObject({ hosts: ['os-ml1'], files: 1 })
    const done = await backup('--all')
    expect(done).toMatchObject({ code: 0, result: { outcome: 'done' } })
    const archives = done.result.archives as { host: string; changeNumber: number; archive: { path: string } }[]
    expect(archives.map(({ host }) => host)).toEqual(['tk-ml1', 'os-ml1', 'hq-mas'])
    expect(new Set(archives.map(({ changeNumber }) => changeNumber)).size).toBe(1)
    for (const { archive } of archives) {
      const verified = await shell.run(['verify', archive.path])
      expect(verified).toMatchObject({ code: 0, result: { header: { setId: done.result.setId } } })
    }
    expect(done.rows.map(({ id }) => id)).toEqual(dry.result.steps)
    expect((await journals())['os-ml1']?.[0]).toBe(0)
    expect((await journals())['hq-mas']?.[0]).toBe(0)
  })

  it('leaves a server out whose archive fails, and goes on with the others: 2', async () => {
    await register('欠番 五郎')
    const [area] = readAreas(shell.domain().servers[1] as ServerConfig).filter(({ use }) => use === 'DATADIR')
    const dirty = `${area?.files[0]?.path}-journal`
    writeFileSync(dirty, '\0')
    const done = await backup('--all')
    rmSync(dirty, { force: true })
    expect([done.code, done.problem]).toEqual([2, 'service-killed'])
    expect(done.result.outcome).toBe('failed-restored')
    expect((done.result.archives as { host: string }[]).map(({ host }) => host)).toEqual(['os-ml1', 'hq-mas'])
    const state = (id: string) => done.rows.find((row) => row.id === id)?.state
    const ofIt = ['stop-object-server', 'nxbackup', 'seal', 'verify'].map((id) => state(`${id}@tk-ml1`))
    expect(ofIt).toEqual(['failed', 'left-out', 'left-out', 'left-out'])
    expect((await journals())['tk-ml1']?.[0]).toBe(1)
  })

  it('needs a folder for several servers, one choice of servers, and a time that is one: 64', async () => {
    const wrong = [
      ['--all', '--to', join(shell.base, 'a.tar.zst')],
      ['--all', '--server', 'hq-mas', '--to', shell.backups],
      ['--to', shell.backups],
      ['--all', '--to', shell.backups, '--downtime-limit', 'soon'],
    ]
    const ended = await Promise.all(wrong.map((words) => shell.run(['backup', ...words, '--yes'])))
    expect(ended.map(({ code, problem }) => [code, problem])).toEqual([
      [64, 'folder-needed'],
      [64, 'server-or-all'],
      [64, 'server-or-all'],
      [64, 'duration-wrong'],
    ])
  })
})

describe('sealed journals', () => {
  it('are discarded once two archives whose databases were opened cover them, the newest never', async () => {
    for (const name of ['破棄 六郎', '破棄 七郎']) {
      await register(name)
      expect(warnings(await backup('--server', 'os-ml1'))).toEqual(['master-backup-due'])
    }
    const { rows } = await shell.run(['journal', 'list', '--server', 'os-ml1'])
    const [{ segments, discarded }] = rows as unknown as [{ segments: unknown[]; discarded: { coveredBy: string[] }[] }]
    expect(segments.length).toBeGreaterThan(0)
    expect(discarded.length).toBeGreaterThan(0)
    for (const { coveredBy } of discarded) expect(coveredBy).toHaveLength(2)
    const archives = (await shell.run(['archives', '--server', 'os-ml1'])).rows
    expect(archives.slice(-2)).toMatchObject([
      { host: 'os-ml1', databaseCheckedAt: expect.any(String), present: true, setComplete: true },
      { host: 'os-ml1', databaseCheckedAt: expect.any(String), present: true, setComplete: true },
    ])
    const table = (await shell.plain(['journal', 'list', '--server', 'os-ml1', '--config', shell.config])).stdout.split(
      '\n',
    )
    const [gone, kept] = ['[12]\\d{3}-\\S+Z \\S+@\\S+', '-'].map((end) =>
      table.filter((line) => new RegExp(`^os-ml1 +\\d+ +\\d+-\\d+ +\\d+ +\\S+Z +\\S+@\\S+ +${end}  `).test(line)),
    )
    expect([gone?.length, kept?.length]).toEqual([discarded.length, segments.length])
    // What is gone names the archives that stood for it, what is kept those that would: the newest segment has one.
    expect(gone?.at(-1)).toMatch(new RegExp(`${discarded.at(-1)?.coveredBy.join(', ')}$`))
    expect(kept?.at(-1)).toMatch(new RegExp(` ${archives.at(-1)?.path}$`))
    await register('破棄 八郎')
    for (const { path } of archives) rmSync(String(path), { force: true })
    const before = await journals()
    const last = await backup('--server', 'os-ml1')
    expect(warnings(last)).toEqual(['master-backup-due'])
    // One archive is there again, one segment more, and nothing gone.
    expect((await journals())['os-ml1']).toEqual([0, Number(before['os-ml1']?.[1]) + 1])
  })
})

describe('a second copy that the domain file demands', () => {
  const written = () => readFileSync(shell.config, 'utf8').replace(/\n {2}secondCopy: .*/, '')
  const demand = (to: string) =>
    writeFileSync(shell.config, written().replace(/recordBytes: \d+/, `$&\n  secondCopy: {to: ${to}, required: true}`))
  const discarded = async () => {
    const { rows } = await shell.run(['journal', 'list', '--server', 'os-ml1'])
    return (rows as unknown as [{ discarded: unknown[] }])[0].discarded.length
  }
  // In memory: another filesystem than the test's folder, for whoever runs it.
  const second = join('/dev/shm', `unt-second-${process.pid}`)
  afterAll(() => {
    rmSync(second, { recursive: true, force: true })
    writeFileSync(shell.config, written())
  })

  it('is made after the services are up; what fails is a warning, and nothing is discarded until two stand elsewhere', async () => {
    const before = await discarded()
    demand(second)
    await register('複写 九郎')
    const failed = await backup('--server', 'os-ml1')
    expect([failed.code, failed.result.outcome]).toEqual([1, 'warnings'])
    expect(warnings(failed)).toEqual(['medium-folder-missing', 'second-copy-missing', 'master-backup-due'])
    expect(await discarded()).toBe(before)

    mkdirSync(second)
    for (const expected of ['one copy', 'two copies']) {
      await register(`複写 ${expected}`)
      const done = await backup('--server', 'os-ml1')
      expect([done.code, warnings(done)]).toEqual([1, ['master-backup-due']])
      expect(done.rows.map(({ id }) => id).slice(-3)).toEqual(['start', 'second-copy', 'discard'])
      const { path } = done.result.archive as { path: string }
      const copy = join(second, basename(path))
      expect(done.rows.find(({ id }) => id === 'second-copy')).toMatchObject({ receipt: copy })
      expect(readFileSync(copy).equals(readFileSync(path))).toBe(true)
      const { rows } = await shell.run(['archives', '--server', 'os-ml1'])
      expect(rows.at(-1)).toMatchObject({ copies: [{ path: copy, sameFilesystem: false }] })
      if (expected === 'one copy') expect(await discarded()).toBe(before)
      else expect(await discarded()).toBeGreaterThan(before)
    }
  }, 180_000)
})

describe('encrypted archives', () => {
  it('are written for the recipients, opened with the identity, and leave no secret behind', async () => {
    const written = readFileSync(shell.config, 'utf8')
    const identity = await generateIdentity()
    const file = join(shell.base, 'identity.txt')
    writeFileSync(file, `${identity}\n`, { mode: 0o600 })
    const setKeys = (rest: string) => writeFileSync(shell.config, written.replace(/recordBytes: \d+/, `$&${rest}`))
    const recipients = `\n  encryption:\n    recipients: [${await identityToRecipient(identity)}]`
    try {
      // Whoever makes a backup needs no identity, not even to verify it in the same run.
      setKeys(recipients)
      const done = await backup('--server', 'os-ml1')
      expect([done.code, warnings(done)]).toEqual([1, ['master-backup-due']])
      const { path } = done.result.archive as { path: string }
      expect(path).toMatch(/\.tar\.zst\.age$/)
      expect(readFileSync(path, 'latin1').startsWith('age-encryption.org/v1\n')).toBe(true)
      const locked = await shell.run(['verify', path])
      expect([locked.code, locked.problem]).toEqual([77, 'archive-encrypted'])
      setKeys(`${recipients}\n    identityFile: ${file}`)
      const verified = await shell.run(['verify', path])
      expect([verified.code, verified.result.archive]).toMatchObject([
        0,
        { sha256: (done.result.archive as { sha256: string }).sha256 },
      ])
      const [listed, planned] = await Promise.all([
        shell.run(['list', path]),
        shell.run(['restore', '--server', 'os-ml1', '--from', path, '--dry-run']),
      ])
      expect([listed.code, planned.problem]).toEqual([0, null])
      expect(spawnSync('grep', ['-rqF', 'AGE-SECRET-KEY', shell.root]).status).toBe(1)
      for (const each of [done, locked, verified, listed]) {
        expect(each.stdout + each.stderr).not.toContain(identity.slice(15))
      }
    } finally {
      writeFileSync(shell.config, written)
    }
  })
})

describe('a limit of the outage', () => {
  it('gives the archive up and starts the services: 2', async () => {
    const done = await backup('--server', 'os-ml1', '--downtime-limit', '0.05')
    expect([done.code, done.problem, done.result.outcome]).toEqual([2, 'downtime-limit', 'failed-restored'])
    expect(done.result.archive).toBeUndefined()
  })
})
