import { appendFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShell, type Shell } from './testing/shell.ts'

const settings = { timeout: 240_000 }
let shell: Shell
/** Changes that the older archive lacks, in order. */
const changes: number[] = []

beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  expect((await shell.run(['domain', 'start'])).code).toBe(0)
  await backup('older.tar.zst')
  for (const name of ['試験甲 1', '試験甲 2', '試験甲 3']) changes.push(await register(name))
  await backup('newer.tar.zst')
}, 240_000)
afterAll(() => shell?.remove())

const archive = (name: string) => join(shell.backups, name)
const restore = (name: string, ...words: string[]) =>
  shell.run(['restore', '--server', 'MASTER', '--from', archive(name), ...words])

async function register(name: string): Promise<number> {
  const { code, result } = await shell.run(['register', 'user', '--name', name])
  expect(code).toBe(0)
  return (result.position as { number: number }).number
}

/** With a warning where the other servers' disks are lost. */
async function backup(name: string): Promise<void> {
  const { code } = await shell.run(['backup', '--server', 'MASTER', '--to', archive(name), '--yes'])
  expect([0, 1]).toContain(code)
}

async function users(): Promise<readonly unknown[]> {
  return (await shell.run(['search', '--kind', 'user', '--name', '試験甲'])).rows.map(({ name }) => name)
}

/** The disks of all servers, and every journal on the one disk that is left. */
async function loseAllButArchives(...stop: string[]): Promise<void> {
  expect((await shell.run([...stop, '--yes'])).code).toBe(0)
  for (const { prefix } of shell.domain().servers) rmSync(join(prefix, 'var'), { recursive: true, force: true })
  const [master] = shell.domain().servers
  const journal = join(master?.prefix ?? '', 'journal')
  for (const name of readdirSync(journal)) rmSync(join(journal, name), { recursive: true })
}

const missing = () => `${changes[0]}-${changes.at(-1)}`

test(
  'what only a newer archive on record holds is named with that archive, and never lost silently',
  settings,
  async () => {
    await loseAllButArchives('domain', 'stop')
    const refused = await restore('older.tar.zst', '--dry-run')
    expect(refused).toMatchObject({ code: 13, problem: 'restore-loss' })
    expect(refused.result.problem).toMatchObject({ params: { missing: missing(), newer: archive('newer.tar.zst') } })
    expect((await restore('older.tar.zst', '--yes')).problem).toBe('restore-loss')
    const taken = await restore('newer.tar.zst', '--yes')
    expect(taken).toMatchObject({ code: 1, result: { outcome: 'warnings', plan: { repairs: [{ lost: '' }] } } })
    expect(await users()).toEqual(['試験甲 1', '試験甲 2', '試験甲 3'])
  },
)

test(
  'a repair that comes later asks for it as well, on a timeline that only an archive tells of',
  settings,
  async () => {
    changes.push(await register('試験甲 4'))
    await backup('third.tar.zst')
    await loseAllButArchives('stop', '--server', 'MASTER')
    appendFileSync(join(shell.domain().folders.state, 'catalog', 'archives.jsonl'), 'not a line of a catalog\n')
    const restored = await restore('older.tar.zst', '--no-repair', '--yes')
    expect(restored).toMatchObject({
      code: 1,
      result: { warnings: expect.arrayContaining([warning('catalog-corrupt')]) },
    })
    const repair = ['repair', '--server', 'MASTER', '--yes']
    const refused = await shell.run(repair)
    expect(refused).toMatchObject({
      code: 2,
      problem: 'repair-gap',
      result: { problem: { params: { missing: missing() } } },
    })
    const accepted = await shell.run([...repair, '--accept-loss', missing()])
    expect(accepted).toMatchObject({ code: 1, result: { warnings: expect.arrayContaining([warning('repair-lost')]) } })
    expect(await users()).toEqual([])
    expect(await register('試験甲 5')).toBe((changes.at(-1) ?? 0) + 1)
  },
)

test('what was given up does not come back with an archive that still holds it', settings, async () => {
  expect((await restore('third.tar.zst', '--dry-run')).problem).toBe('repair-diverged')
})

const warning = (code: string) => expect.objectContaining({ code })
