import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openShell, type Shell } from './testing/shell.ts'

// Defects that break it: a domain that came back old with all its journals numbers new registrations over archived ones and nobody is
// told; a command in the warning that does not bring them back; a domain that was restored on purpose told of for ever.
let shell: Shell
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
}, 180_000)
afterAll(() => shell.remove())

const register = async (name: string) =>
  expect(await shell.run(['register', 'user', '--name', name])).toMatchObject({ code: 0 })
const complete = async () => expect((await shell.run(['replication', '--wait', '60'])).code).toBe(0)
const backup = async (...words: string[]) =>
  expect(await shell.run(['backup', ...words, '--to', shell.backups, '--yes'])).toMatchObject({ code: 0 })
const found = async (code = 'master-behind-archives') =>
  (await shell.run(['check'])).rows.find(({ id }) => id === code) as
    | { severity: string; text: { en: string } }
    | undefined
const newest = async (host: string) => {
  const { rows } = await shell.run(['archives', '--server', host])
  return rows.at(-1) as { path: string; changeNumber: number } | undefined
}
const usersOf = async (name: string) =>
  (await shell.run(['search', '--kind', 'user', '--name', name])).rows.map((row) => row.name)

/** Everything that all servers have, journals with it, as it stood before or after. */
async function exchange(way: 'keep' | 'bring back'): Promise<void> {
  expect((await shell.run(['domain', 'stop', '--yes'])).code).toBe(0)
  for (const { host, prefix } of shell.domain().servers) {
    const kept = join(shell.base, 'by-hand', host)
    const [from, to] = way === 'keep' ? [prefix, kept] : [kept, prefix]
    if (existsSync(to)) rmSync(to, { recursive: true })
    mkdirSync(dirname(to), { recursive: true })
    execFileSync('cp', ['-a', from, to])
  }
  expect((await shell.run(['domain', 'start'])).code).toBe(0)
}

it('tells of a master that came back older than what is archived, and how it is put right: 2', {
  timeout: 480_000,
}, async () => {
  await backup('--all', '--wait', '30')
  expect(await found()).toBeUndefined()
  await exchange('keep')
  await register('後退 一郎')
  await register('後退 二郎')
  await complete()
  await backup('--all', '--wait', '30')
  expect(await found()).toBeUndefined()
  await exchange('bring back')
  await complete()
  const master = await newest('hq-mas')
  const checked = await shell.plain(['check', '--config', shell.config])
  expect(checked.code).toBe(2)
  const problem = await found()
  const change = Number(master?.changeNumber)
  expect(problem?.severity).toBe('critical')
  expect(problem?.text.en).toContain(`hq-mas stands at change ${change - 2}, but the archive ${master?.path} of hq-mas`)
  expect(problem?.text.en).toContain(`up to change ${change}`)
  const [, words = ''] = /: untenseki (restore .* --yes)\. /.exec(problem?.text.en ?? '') ?? []
  expect(words).toBe(`restore --server MASTER --from ${master?.path} --yes`)
  const restored = await shell.run(words.split(' '))
  expect(restored.result).toMatchObject({ servicesDown: [] })
  await complete()
  expect(await usersOf('後退')).toEqual(['後退 一郎', '後退 二郎'])
  expect(await found()).toBeUndefined()
})

it('tells of what only another server’s archive holds, which data repair then takes from there', {
  timeout: 480_000,
}, async () => {
  await exchange('keep')
  await register('後退 三郎')
  await complete()
  expect(await shell.run(['backup', '--server', 'tk-ml1', '--to', shell.backups, '--yes'])).toMatchObject({ code: 1 })
  await exchange('bring back')
  const server = await newest('tk-ml1')
  const text = (await found('master-behind-server-archives'))?.text.en
  expect(text).toContain(
    `the archive ${server?.path} of tk-ml1 holds registrations up to change ${server?.changeNumber}`,
  )
  const words = /"untenseki (nxrestore [^"]+)"/.exec(text ?? '')?.[1]?.split(' ') ?? []
  expect((await shell.run(['domain', 'stop', '--yes'])).code).toBe(0)
  const input = `${server?.path}\ny\n`
  expect((await shell.begin([...words, '--config', shell.config], { input }).ended).code).toBe(1)
  expect((await shell.run(['domain', 'start'])).code).toBe(0)
  await expect.poll(() => found('repair-pending'), { timeout: 30_000 }).toBeDefined()
  expect(await found('master-behind-server-archives')).toBeUndefined()
  const asked = await shell.run(['repair', '--server', 'MASTER'])
  expect(asked).toMatchObject({ code: 64, stderr: expect.stringMatching(/Replays 1 records .*Missing: none/) })
})
