import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'libsql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serverRoot } from '../formats/layout.ts'
import { readAreas } from '../formats/parameter-file.ts'
import { backupTargets } from '../formats/targets.ts'
import { openShell, type Shell } from './testing/shell.ts'

let shell: Shell

beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  expect((await shell.run(['domain', 'start'])).code).toBe(0)
}, 180_000)
afterAll(() => shell?.remove())

const archive = (name: string) => join(shell.backups, name)
const register = (name: string) => shell.run(['register', 'user', '--name', name])
const ranges = () => ({ timeout: 240_000 })

/** The names of all users that one server has. */
async function usersOf(name: string): Promise<readonly unknown[]> {
  return (await shell.run(['search', '--kind', 'user', '--name', name])).rows.map((row) => row.name)
}

async function backup(host: string, name: string) {
  const ended = await shell.run(['backup', '--server', host, '--to', archive(name), '--yes'])
  expect(ended).toMatchObject({ code: 0 })
}

const complete = async () => expect((await shell.run(['replication', '--wait', '60'])).code).toBe(0)

test('restores the master, and every registration made since the backup comes back', ranges(), async () => {
  await register('試験甲 前')
  await backup('MASTER', 'm.tar.zst')
  await register('試験甲 後1')
  await shell.run(['journal', 'clear', '--server', 'hq-mas', '--yes'])
  await register('試験甲 後2')
  const dry = await shell.run(['restore', '--server', 'MASTER', '--from', shell.backups, '--dry-run'])
  expect(dry).toMatchObject({
    code: 0,
    result: {
      plan: { case: 'master-with-journal', stops: ['hq-mas', 'tk-ml1', 'os-ml1'], repairs: [{ records: 2, lost: '' }] },
    },
  })
  const step = (id: string) => dry.rows.find((row) => row.kind === 'step' && row.id === id)
  expect(step('stop-object-server')).toMatchObject({ hosts: ['hq-mas', 'tk-ml1', 'os-ml1'], bytes: null })
  expect(step('stage')).toMatchObject({ hosts: ['hq-mas'], files: expect.any(Number), bytes: expect.any(Number) })
  const restored = await shell.run(['restore', '--server', 'MASTER', '--from', archive('m.tar.zst'), '--yes'])
  expect(restored).toMatchObject({ code: 0, result: { outcome: 'done', servicesDown: [] } })
  expect(await usersOf('試験甲')).toEqual(['試験甲 前', '試験甲 後1', '試験甲 後2'])
  await complete()
  expect(await register('試験甲 さらに後')).toMatchObject({ code: 0 })
  await complete()
})

test(
  'leaves a restored server waiting for repair where that is wanted, and keeps the former data until then',
  ranges(),
  async () => {
    expect(await register('試験乙 後')).toMatchObject({ code: 0 })
    const unrepaired = await shell.run([
      'restore',
      '--server',
      'MASTER',
      '--from',
      archive('m.tar.zst'),
      '--no-repair',
      '--yes',
    ])
    expect(unrepaired).toMatchObject({
      code: 1,
      result: { outcome: 'warnings', warnings: [{ code: 'restore-unrepaired' }] },
    })
    expect((await register('x')).problem).toBe('repair-pending')
    const runId = String(unrepaired.result.runId)
    expect((await shell.run(['restore', '--discard-replaced', runId, '--yes'])).problem).toBe('repair-first')
    const [one, other] = await Promise.all([
      shell.run(['repair', '--server', 'MASTER', '--yes']),
      shell.run(['adrsmchj', '--yes']),
    ])
    expect([one.code, other.code].sort()).toEqual([0, expect.any(Number)])
    expect(['run-in-progress', 'repair-not-pending', 'maintenance-in-progress']).toContain(one.problem ?? other.problem)
    expect(await usersOf('試験乙')).toEqual(['試験乙 後'])
    await complete()
    expect((await shell.run(['repair', '--server', 'MASTER', '--yes'])).problem).toBe('repair-not-pending')
    expect((await shell.run(['restore', '--discard-replaced', runId, '--yes'])).code).toBe(0)
    const kept = (await shell.run(['restore', '--list'])).rows
    expect(kept).not.toContainEqual(expect.objectContaining({ runId }))
    expect((await shell.run(['restore', '--discard-replaced', runId, '--yes'])).problem).toBe('restore-not-discardable')
  },
)

test('restores an address server while the others go on', ranges(), async () => {
  const [server] = shell.domain().servers.filter(({ host }) => host === 'tk-ml1')
  if (!server) throw new Error('no tk-ml1')
  expect((await shell.run(['stop', '--server', 'tk-ml1', '--yes'])).code).toBe(0)
  const made = await shell.begin(['nxbackup', '--server', 'tk-ml1', '--config', shell.config], {
    input: `${archive('t.tar.zst')}\ny\n`,
  }).ended
  expect(made.code).toBe(0)
  expect((await shell.run(['start', '--server', 'tk-ml1'])).code).toBe(0)
  await register('試験丙 後')
  await complete()
  const others = shell.pid('hq-mas', 'address-service')
  const restored = await shell.run(['restore', '--server', 'tk-ml1', '--from', archive('t.tar.zst'), '--yes'])
  expect(restored).toMatchObject({ code: 0, result: { outcome: 'done', plan: { case: 'server', stops: ['tk-ml1'] } } })
  expect(shell.pid('hq-mas', 'address-service')).toBe(others)
  await complete()
  expect(backupTargets(server).length).toBeGreaterThan(10)
})

test('nxrestore brings back a stopped server alone, and asks first', ranges(), async () => {
  const words = ['nxrestore', '--server', 'tk-ml1', '--config', shell.config]
  expect((await shell.begin(words, { input: `${archive('t.tar.zst')}\ny\n` }).ended).code).toBe(12)
  await shell.run(['stop', '--server', 'tk-ml1', '--yes'])
  const no = await shell.begin(words, { input: `${archive('t.tar.zst')}\nn\n` }).ended
  expect(no.code).toBe(130)
  const yes = await shell.begin(words, { input: `${archive('t.tar.zst')}\ny\n` }).ended
  expect(yes.code).toBe(1)
  expect(yes.stderr).toContain('バックアップ媒体のスペシャルファイル名を入力してください')
  await shell.run(['start', '--server', 'tk-ml1'])
  expect((await shell.run(['repair', '--server', 'tk-ml1', '--yes'])).code).toBe(0)
  await complete()
})

test('a tree brought back by hand waits for repair by itself', ranges(), async () => {
  const [master] = shell.domain().servers
  if (!master) throw new Error('no master')
  expect((await shell.run(['domain', 'stop', '--yes'])).code).toBe(0)
  const copy = join(shell.base, 'by-hand')
  const targets = backupTargets(master)
    .map(({ path }) => path)
    .filter((path) => path !== join(serverRoot(master), 'nxsdir'))
  targets.forEach((path, index) => {
    copyTree(path, join(copy, String(index)))
  })
  expect((await shell.run(['domain', 'start'])).code).toBe(0)
  await register('試験丁 後')
  await complete()
  expect((await shell.run(['domain', 'stop', '--yes'])).code).toBe(0)
  targets.forEach((path, index) => {
    rmSync(path, { recursive: true })
    copyTree(join(copy, String(index)), path)
  })
  expect((await shell.run(['domain', 'start'])).code).toBe(0)
  expect((await register('x')).problem).toBe('repair-pending')
  expect((await shell.run(['repair', '--server', 'MASTER', '--yes'])).code).toBe(0)
  expect(await usersOf('試験丁')).toEqual(['試験丁 後'])
  await complete()
})

test(
  'names by number what nobody holds any more, and restores only when exactly that is accepted',
  ranges(),
  async () => {
    await backup('MASTER', 'gap.tar.zst')
    const before = shell.snapshot()
    const lost = [await register('試験戊 失'), await register('試験戊 失')].map(({ result }) =>
      Number((result.position as { number: number } | undefined)?.number),
    )
    await complete()
    for (const host of ['hq-mas', 'tk-ml1', 'os-ml1']) await shell.run(['journal', 'clear', '--server', host, '--yes'])
    await register('試験戊 残')
    await complete()
    expect((await shell.run(['domain', 'stop', '--yes'])).code).toBe(0)
    dropSegments()
    for (const host of ['tk-ml1', 'os-ml1']) forgetChanges(host, lost)
    expect((await shell.run(['start', '--server', 'tk-ml1,os-ml1'])).code).toBe(0)
    const dry = ['restore', '--server', 'MASTER', '--from', archive('gap.tar.zst'), '--dry-run']
    // The data that is about to be replaced still has them on record.
    expect((await shell.run(dry)).result).toMatchObject({ plan: { repairs: [{ records: 3, lost: '' }] } })
    forgetChanges('hq-mas', lost)
    const source = ['restore', '--server', 'MASTER', '--from', archive('gap.tar.zst'), '--yes']
    const refused = await shell.run(source)
    expect(refused).toMatchObject({ code: 13, problem: 'restore-loss' })
    const missing = String((refused.result.problem as { params: { missing: string } }).params.missing)
    expect(missing).toBe(`${lost[0]}-${lost[1]}`)
    expect((await shell.run([...source, '--accept-loss', String(lost[0])])).problem).toBe('restore-loss')
    expect((await shell.run([...source, '--accept-loss', 'all'])).problem).toBe('usage-wrong')
    expect(shell.snapshot().archives).toEqual([...before.archives])
    const restored = await shell.run([...source, '--accept-loss', missing])
    expect(restored).toMatchObject({
      code: 1,
      result: { warnings: expect.arrayContaining([expect.objectContaining({ code: 'repair-lost' })]) },
    })
    expect(await usersOf('試験戊')).toEqual(['試験戊 残'])
    await complete()

    // The timeline that gave them up has no change yet: of all that is left, only the data that is about to be replaced knows it.
    expect((await shell.run(['domain', 'stop', '--yes'])).code).toBe(0)
    for (const host of ['tk-ml1', 'os-ml1'])
      alter(host, 'UPDATE state SET timeline = (SELECT parent FROM timeline ORDER BY generation DESC LIMIT 1)')
    for (const host of ['tk-ml1', 'os-ml1'])
      alter(host, 'DELETE FROM timeline WHERE generation = (SELECT max(generation) FROM timeline)')
    expect((await shell.run(['start', '--server', 'tk-ml1,os-ml1'])).code).toBe(0)
    expect(await shell.run(source)).toMatchObject({ result: { outcome: 'done', servicesDown: [] } })
    expect(await usersOf('試験戊')).toEqual(['試験戊 残'])
    await complete()
  },
)

test('restores the master onto an empty disk, and finds the journal that survived on another', ranges(), async () => {
  const [master] = shell.domain().servers
  if (!master) throw new Error('no master')
  await backup('MASTER', 'empty.tar.zst')
  await register('試験己 後')
  await complete()
  expect((await shell.run(['domain', 'stop', '--yes'])).code).toBe(0)
  rmSync(join(master.prefix, 'var'), { recursive: true })
  const source = ['restore', '--server', 'MASTER', '--from', archive('empty.tar.zst')]
  const dry = await shell.run([...source, '--dry-run'])
  expect(dry).toMatchObject({
    code: 0,
    result: { plan: { case: 'master-with-journal', repairs: [{ records: 1, lost: '' }] } },
  })
  expect(await shell.run([...source, '--yes'])).toMatchObject({ result: { outcome: 'done', servicesDown: [] } })
  expect((await shell.run(['domain', 'start'])).code).toBe(0)
  expect(await usersOf('試験己')).toEqual(['試験己 後'])
  await complete()
})

/** Old sites have names that are no UTF-8. */
function copyTree(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  execFileSync('cp', ['-a', from, to])
}

/** Every sealed segment, and what the address servers keep, is gone: as after years, or with a disk. */
function dropSegments(): void {
  const [master] = shell.domain().servers
  if (!master) return
  for (const folder of [join(master.prefix, 'journal', 'journal-sealed'), join(serverRoot(master), 'journal-sealed')]) {
    for (const host of existsSync(folder) ? readdirSync(folder) : []) {
      const segments = readdirSync(join(folder, host)).filter((name) => /^\d+$/.test(name))
      const newest = String(Math.max(...segments.map(Number)))
      const file = readdirSync(join(folder, host, newest, 'journal'))[0]
      if (file) writeFileSync(join(folder, host, newest, 'journal', file), '')
    }
  }
  expect(readFileSync(shell.config, 'utf8')).toContain('hq-mas')
}

/** Takes records out of what a server keeps of the changes that it made or applied. */
function forgetChanges(host: string, numbers: readonly number[]): void {
  alter(host, `DELETE FROM change WHERE number IN (${numbers.join()})`)
}

function alter(host: string, sql: string): void {
  const server = shell.domain().servers.find((one) => one.host === host)
  const area = server && readAreas(server).find(({ name }) => name === 'GMA_USERCONFIG_Type')
  const database = new Database(area?.files[0]?.path ?? '')
  database.exec(sql)
  database.close()
}
