import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fileMedium } from '../adapters/media/file.ts'
import { createArchive } from '../core/archive/create.ts'
import { headerOf, run } from '../core/archive/testing/archive-kit.ts'
import { buildCommands } from './testing/build-commands.ts'
import { openShell, type Shell } from './testing/shell.ts'

let shell: Shell
let root: string
let archive: string
beforeAll(async () => {
  shell = await openShell()
  root = join(shell.base, 'mail')
  mkdirSync(join(root, 'box'), { recursive: true })
  writeFileSync(join(root, 'box', '1'), 'one\n')
  writeFileSync(join(root, 'two'), 'two\n')
  archive = join(shell.base, 'a.tar.zst')
  const workerPath = join(await buildCommands(), '..', 'archive-worker.cjs')
  await createArchive({ header: headerOf([root]), targets: [root], to: archive, medium: fileMedium, workerPath })
})
afterAll(() => shell.remove())

function pathsIn(json: string): string[] {
  return [...json.matchAll(/"path":"([^"]*)","type"/g)].map(([, path]) => `/${path}`)
}

it('takes chosen members out, and says how many, and that the rest was not read', async () => {
  const done = await shell.run(['extract', archive, '--to', 'out', '--path', join(root, 'box')])
  expect(done).toMatchObject({ code: 0 })
  expect(done.stdout).toContain('"partRead":{"bytesRead":')
  const all = await shell.run(['extract', archive, '--to', 'all'])
  expect(all).toMatchObject({ code: 0 })
  expect(all.stdout).toContain('"partRead":null')
  expect(readFileSync(join(shell.base, 'out', root, 'box', '1'), 'utf8')).toBe('one\n')
  expect(readdirSync(join(shell.base, 'out', root))).toEqual(['box'])
  expect(await shell.run(['extract', archive, '--to', 'out'])).toMatchObject({ code: 12 })
  expect(await shell.run(['extract', archive, '--to', 'new', '--path', '/none'])).toMatchObject({ code: 64 })
})

it('lists one folder, and what a search finds', async () => {
  const folder = await shell.run(['list', archive, '--path', root])
  expect(folder.code).toBe(0)
  expect(pathsIn(folder.stdout)).toEqual([join(root, 'box'), join(root, 'two')])
  const found = await shell.run(['list', archive, '--search', 'BOX/'])
  expect(pathsIn(found.stdout)).toEqual([join(root, 'box', '1')])
  const way = await shell.run(['list', archive, '--path', '/'])
  expect(pathsIn(way.stdout)).toEqual([`/${root.split('/')[1]}`])
})

it("takes another program's tar only when told to", async () => {
  const tar = join(shell.base, 'other.tar.gz')
  run('tar', '-C', shell.base, '-czf', tar, 'mail')
  expect(await shell.run(['extract', tar, '--to', 'other'])).toMatchObject({ code: 13 })
  expect(await shell.run(['extract', tar, '--to', 'other', '--foreign'])).toMatchObject({ code: 0 })
  expect(readFileSync(join(shell.base, 'other', 'mail', 'two'), 'utf8')).toBe('two\n')
})

it("lists another program's tar, says that nothing can be checked, and finds one that is torn", async () => {
  for (const [ending, flag] of [
    ['tar', '-cf'],
    ['tar.gz', '-czf'],
    ['tar.zst', '-I zstd -cf'],
  ] as const) {
    const tar = join(shell.base, `listed.${ending}`)
    run('bash', '-c', `tar -C ${shell.base} ${flag} ${tar} mail`)
    const listed = await shell.run(['list', tar, '--foreign'])
    expect(listed).toMatchObject({ code: 0, result: { members: 4, foreign: true } })
    expect(listed.rows.map(({ path }) => path).sort()).toEqual(['mail', 'mail/box', 'mail/box/1', 'mail/two'])
    expect(listed.stderr).toContain('no manifest')
    if (ending === 'tar.zst') {
      expect(await shell.run(['list', tar])).toMatchObject({ code: 13, problem: 'archive-not-an-archive' })
      const below = await shell.run(['list', tar, '--foreign', '--path', '/mail'])
      expect(below.rows.map(({ path }) => path).sort()).toEqual(['mail/box', 'mail/two'])
      expect((await shell.run(['list', tar, '--foreign', '--search', 'BOX/'])).rows).toMatchObject([
        { path: 'mail/box/1' },
      ])
      expect(await shell.run(['verify', tar, '--foreign'])).toMatchObject({ code: 1, result: { foreign: true } })
    }
    const bytes = readFileSync(tar)
    writeFileSync(tar, bytes.subarray(0, ending === 'tar' ? 700 : bytes.length - 20))
    expect(await shell.run(['list', tar, '--foreign'])).toMatchObject({ code: 13 })
  }
  const own = await shell.run(['list', archive, '--foreign'])
  expect([own.code, own.result.foreign]).toEqual([0, undefined])
})
