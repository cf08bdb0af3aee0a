import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parameterFilePath } from '../formats/layout.ts'
import { readAreas } from '../formats/parameter-file.ts'
import { openShell, type Shell } from './testing/shell.ts'

// Defects that break it: a verb that ends with another code than it says, a service that is not proven up again, an
// archive that leaves out an area or is taken before the database is closed, a result line that lacks a promised fact.
let shell: Shell
beforeAll(async () => {
  shell = await openShell()
})
afterAll(() => shell.remove())

const servers = () => shell.domain().servers
const master = () => {
  const found = servers().find((server) => server.roles.includes('master'))
  if (!found) throw new Error('no master')
  return found
}
const allRunning = (pids: Readonly<Record<string, number | null>>) => Object.values(pids).every((pid) => pid !== null)

/** The archive's tree, extracted by GNU tar. */
function extract(archive: string): string {
  const folder = mkdtempSync(join(shell.base, 'out-'))
  execFileSync('tar', ['--zstd', '-xf', archive, '-C', folder])
  return folder
}

/** Whether the sqlite3 program finds a user in the name database that was extracted. */
function named(folder: string, name: string): boolean {
  const files = readAreas(master()).flatMap((area) => area.files)
  const texts = files.map(({ path }) => execFileSync('sqlite3', [join(folder, path), '.dump'], { encoding: 'utf8' }))
  return texts.some((text) => text.includes(name))
}

async function registerUser(name: string): Promise<void> {
  expect(await shell.run(['register', 'user', '--name', name])).toMatchObject({ code: 0 })
}

describe('a night with the commands', () => {
  it('makes and starts the sample domain', async () => {
    const made = await shell.plain(['domain', 'init', '--root', 'sample', '--users', '30', '--mails', '50', '--json'])
    expect(made).toMatchObject({ code: 0, result: { config: shell.config, root: shell.root } })
    const started = await shell.plain(['domain', 'start', '--root', 'sample', '--json'])
    expect(started).toMatchObject({ code: 0, result: { config: shell.config } })
    expect(allRunning(shell.snapshot().pids)).toBe(true)
  })

  it('shows a row a server, with the live processes', async () => {
    const { rows, code } = await shell.run(['servers'])
    expect(code).toBe(0)
    expect(rows.map(({ kind, host, roles }) => ({ kind, host, roles }))).toEqual(
      servers().map(({ host, roles }) => ({ kind: 'server', host, roles })),
    )
    for (const row of rows) {
      for (const service of row.services as { id: string; state: string; pid: number; since: string }[]) {
        expect(service).toMatchObject({ state: 'running', pid: shell.pid(String(row.host), service.id) })
        expect(Date.parse(service.since)).toBeGreaterThan(Date.now() - 600_000)
      }
    }
    const { result } = await shell.run(['domain', 'status'])
    expect(result).toMatchObject({ exitCode: 0, directory: { users: 30, lock: { held: false } } })
  })

  it('starts again what was killed, and only that; a second start changes nothing', async () => {
    const before = shell.snapshot()
    process.kill(shell.pid('hq-mas', 'server') ?? 0, 'SIGKILL')
    process.kill(shell.pid('tk-ml1', 'address-service') ?? 0, 'SIGKILL')
    expect(await shell.run(['start', '--server', 'hq-mas,tk-ml1'])).toMatchObject({ code: 0 })
    const after = shell.snapshot()
    expect(allRunning(after.pids)).toBe(true)
    const changed = Object.keys(after.pids).filter((key) => after.pids[key] !== before.pids[key])
    expect(changed.sort()).toEqual(['hq-mas/server', 'tk-ml1/address-service'])
    expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
    expect(shell.snapshot()).toEqual(after)
  })

  it('registers, finds, and shows the journals and the lock', async () => {
    const made = await shell.run(['register', 'user', '--name', '夜勤 太郎'])
    expect(made).toMatchObject({ code: 0, result: { entity: { kind: 'user', name: '夜勤 太郎' } } })
    const found = await shell.run(['search', '--kind', 'user', '--name', '夜勤'])
    expect(found).toMatchObject({ code: 0, result: { total: 1 }, rows: [{ name: '夜勤 太郎' }] })
    const { rows, stderr } = await shell.run(['journal', 'list'])
    expect(stderr).toContain("on the database's filesystem")
    expect(rows.map(({ host, kept, records }) => [host, kept, records])).toEqual([
      ['hq-mas', true, 1],
      ['tk-ml1', true, 1],
      ['os-ml1', true, 1],
    ])
    expect(await shell.run(['lock', 'status'])).toMatchObject({ code: 0, result: { lock: { held: false } } })
  })

  it('clears one journal: sealed, and the directory empty', async () => {
    const cleared = await shell.run(['journal', 'clear', '--server', 'tk-ml1', '--yes'])
    expect(cleared).toMatchObject({ code: 0, result: { records: 1, segment: { records: 1 } } })
    const { rows } = await shell.run(['journal', 'list', '--server', 'tk-ml1'])
    expect(rows).toMatchObject([{ host: 'tk-ml1', records: 0, segments: [{ records: 1 }] }])
    expect(await shell.run(['lock', 'status'])).toMatchObject({ result: { lock: { held: false } } })
  })

  it('backs the master up to a folder; the last registration is in the file that GNU tar extracts', async () => {
    await registerUser('直前 花子')
    const before = shell.snapshot()
    const done = await shell.run(['backup', '--server', 'MASTER', '--to', 'backups', '--yes'], { cwd: shell.root })
    expect(done).toMatchObject({ code: 0, problem: null, result: { outcome: 'done', servicesDown: [] } })
    const { archive, outageMs, runId, changeNumber } = done.result as unknown as {
      archive: { path: string; bytes: number; sha256: string; members: number }
      outageMs: number
      runId: string
      changeNumber: number
    }
    expect(archive.path).toMatch(new RegExp(`^${shell.backups}/hq-mas-\\d{8}-\\d{6}\\.tar\\.zst$`))
    const bytes = readFileSync(archive.path)
    expect(archive.bytes).toBe(bytes.length)
    expect(archive.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    const listed = execFileSync('tar', ['--zstd', '-tf', archive.path], { encoding: 'utf8' }).trim().split('\n')
    expect(archive.members).toBe(listed.length)
    expect(outageMs).toBeGreaterThan(0)
    expect(outageMs).toBeLessThan(done.ms)
    const status = await shell.run(['domain', 'status'])
    expect(status.result).toMatchObject({ directory: { position: { number: changeNumber } } })
    expect(named(extract(archive.path), '直前 花子')).toBe(true)

    const after = shell.snapshot()
    expect(after.runRecords).toEqual([])
    expect(allRunning(after.pids)).toBe(true)
    for (const [key, pid] of Object.entries(after.pids)) {
      if (key.startsWith('hq-mas/')) expect(pid).not.toBe(before.pids[key])
      else expect(pid).toBe(before.pids[key])
    }
    const shown = await shell.run(['runs', 'show', runId])
    expect(shown).toMatchObject({ code: 0, result: { run: { outcome: 'done', archives: [{ path: archive.path }] } } })
    const { rows } = await shell.run(['journal', 'list', '--server', 'hq-mas'])
    expect(rows).toMatchObject([{ records: 0, segments: [{ records: 2 }] }])

    const verified = await shell.run(['verify', archive.path])
    expect(verified).toMatchObject({ code: 0, result: { archive, changeNumber, header: { runId } } })
    const list = await shell.run(['list', archive.path])
    expect(list).toMatchObject({ code: 0, result: { header: { host: 'hq-mas' } } })
    expect(list.result.members).toBe(list.rows.length)
  })

  it('follows an area that was moved in the parameter file', async () => {
    expect(await shell.run(['stop', '--server', 'hq-mas', '--yes'])).toMatchObject({ code: 0 })
    const file = parameterFilePath(master())
    const [area] = readAreas(master()).filter((each) => each.use === 'USER')
    const from = area?.files[0]?.path ?? ''
    const to = join(shell.base, 'disk2', 'moved01')
    mkdirSync(join(shell.base, 'disk2'))
    renameSync(from, to)
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))
    expect(await shell.run(['start', '--server', 'hq-mas'])).toMatchObject({ code: 0 })
    await registerUser('移動 次郎')
    const path = join(shell.base, 'moved.tar.zst')
    expect(await shell.run(['backup', '--server', 'hq-mas', '--to', 'moved.tar.zst', '--yes'])).toMatchObject({
      code: 0,
      result: { archive: { path } },
    })
    const folder = extract(path)
    expect(readFileSync(join(folder, to)).equals(readFileSync(to))).toBe(true)
    expect(named(folder, '移動 次郎')).toBe(true)
  })

  it('copies with nxbackup what is stopped: the answers to its two prompts, an absolute path', async () => {
    expect(await shell.run(['stop', '--server', 'hq-mas', '--yes'])).toMatchObject({ code: 0 })
    const path = join(shell.base, 'by-hand.tar.gz')
    const copied = await shell.run(['nxbackup'], { input: `${path}\ny\n` })
    expect(copied).toMatchObject({ code: 0, result: { archive: { path, bytes: statSync(path).size } } })
    expect(copied.stderr).toContain('バックアップ媒体のスペシャルファイル名を入力してください')
    expect(copied.stderr).toContain('よろしいですか。(Y/N)')
    expect(await shell.run(['verify', path])).toMatchObject({ code: 0 })
    expect(shell.snapshot()).toMatchObject({ runRecords: [], pids: { 'hq-mas/object-server': null } })
  })

  it('works without the journal of the master: the steps around it vanish', async () => {
    const info = join(master().prefix, 'var/opt/GroupMail/nxcdir/gmpublicinfo')
    writeFileSync(info, readFileSync(info, 'utf8').replace(/^MNG_JOURNAL=.*$/m, ''))
    expect(await shell.run(['start', '--server', 'hq-mas'])).toMatchObject({ code: 0 })
    const done = await shell.run(['backup', '--server', 'hq-mas', '--to', shell.backups, '--yes'])
    expect(done.code).toBe(0)
    expect(done.rows.map((row) => row.id)).toEqual([
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
    const refused = await shell.run(['journal', 'clear', '--server', 'hq-mas', '--yes'])
    expect(refused.problem).toBe('journal-not-kept')
  })

  it('stops all and removes what it made, and nothing else', async () => {
    const before = shell.snapshot()
    mkdirSync(join(shell.base, 'mine'))
    writeFileSync(join(shell.base, 'mine', 'untenseki.yaml'), readFileSync(shell.config))
    const refused = await shell.plain(['domain', 'destroy', '--root', 'mine', '--yes', '--json'])
    expect(refused.problem).toBe('sample-marker-missing')
    expect(refused.code).toBe(64)
    expect(readdirSync(join(shell.base, 'mine'))).toEqual(['untenseki.yaml'])
    expect(shell.snapshot()).toEqual(before)
    expect(await shell.run(['domain', 'stop'])).toMatchObject({ code: 0 })
    expect(Object.values(shell.snapshot().pids).every((pid) => pid === null)).toBe(true)
    expect(await shell.plain(['domain', 'destroy', '--root', 'sample', '--yes'])).toMatchObject({ code: 0 })
    expect(readdirSync(shell.base)).not.toContain('sample')
  })
})
