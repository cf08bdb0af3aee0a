import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Loop, newLoop } from '../adapters/media/testing/small-filesystem.ts'
import { openShell, type Shell } from './testing/shell.ts'

// Defects that break it: a reader of archives that knows only files, a key that one of the restore's readings lacks, a volume that
// is asked for when the services are down already, an answer of nxrestore that hides what is left to do.
const settings = { timeout: 240_000 }
let shell: Shell
let clear = ''
let identityFile = ''
let loops: readonly (Loop | null)[] = []

beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  loops = [newLoop(shell.base, 16), newLoop(shell.base, 1 / 32), newLoop(shell.base, 16)]
  clear = readFileSync(shell.config, 'utf8').replace(/recordBytes: \d+/, 'recordBytes: 10240')
  writeFileSync(shell.config, clear)
  const identity = await generateIdentity()
  identityFile = join(shell.base, 'identity.txt')
  writeFileSync(identityFile, `${identity}\n`, { mode: 0o600 })
  encrypt(`recipients: [${await identityToRecipient(identity)}], identityFile: ${identityFile}`)
  expect((await shell.run(['domain', 'start'])).code).toBe(0)
}, 180_000)
afterAll(async () => {
  await shell?.remove()
  for (const loop of loops) loop?.end()
})

function encrypt(how: string): void {
  writeFileSync(shell.config, clear.replace(/recordBytes: \d+/, `$&\n  encryption: {${how}}`))
}

const register = (name: string) => shell.run(['register', 'user', '--name', name])
const restore = (from: string, ...words: string[]) =>
  shell.run(['restore', '--server', 'MASTER', '--from', from, ...words])

/** The names of all users that one server has. */
async function usersOf(name: string): Promise<readonly unknown[]> {
  return (await shell.run(['search', '--kind', 'user', '--name', name])).rows.map((row) => row.name)
}

/** From `from`, repair included: what was registered since comes back. */
async function bringsBack(name: string, from: string, ...words: string[]): Promise<void> {
  const restored = await restore(from, '--yes', ...words)
  expect(restored).toMatchObject({ code: 0, result: { outcome: 'done', servicesDown: [] } })
  expect(await usersOf(name)).toEqual([`${name} 前`, `${name} 後`])
  expect((await shell.run(['replication', '--wait', '60'])).code).toBe(0)
}

describe('an encrypted archive', () => {
  const archive = () => join(shell.backups, 'm.tar.zst.age')

  it('is verified, listed, taken out of and restored with the identity of the domain file', settings, async () => {
    await register('試験鍵 前')
    const made = await shell.run(['backup', '--server', 'MASTER', '--to', archive(), '--yes'])
    expect(made).toMatchObject({ code: 0 })
    expect(readFileSync(archive()).toString('latin1', 0, 21)).toBe('age-encryption.org/v1')
    await register('試験鍵 後')
    expect(await shell.run(['verify', archive()])).toMatchObject({ code: 0 })
    const listed = await shell.run(['list', archive(), '--search', 'gmpublicinfo'])
    expect([listed.code, listed.rows.length]).toEqual([0, 1])
    const out = join(shell.base, 'out')
    const taken = await shell.run(['extract', archive(), '--to', out, '--path', `/${listed.rows[0]?.path}`])
    expect([taken.code, readFileSync(join(out, String(listed.rows[0]?.path)), 'utf8')]).toEqual([
      0,
      readFileSync(`/${listed.rows[0]?.path}`, 'utf8'),
    ])
    await bringsBack('試験鍵', archive())
  })

  it(
    'is refused before anything stops where no identity opens it, and says what is missing: 77',
    settings,
    async () => {
      const before = shell.snapshot()
      const other = join(shell.base, 'other.txt')
      writeFileSync(other, `${await generateIdentity()}\n`, { mode: 0o600 })
      const good = readFileSync(shell.config, 'utf8')
      writeFileSync(shell.config, good.replace(identityFile, other))
      expect(await restore(archive(), '--yes')).toMatchObject({ code: 77, problem: 'archive-identity-wrong' })
      expect((await shell.run(['list', archive()])).problem).toBe('archive-identity-wrong')
      writeFileSync(shell.config, clear)
      for (const words of [
        ['verify', archive()],
        ['list', archive()],
        ['extract', archive(), '--to', join(shell.base, 'x')],
      ])
        expect(await shell.run(words)).toMatchObject({ code: 77, problem: 'archive-encrypted' })
      expect(await restore(archive(), '--yes')).toMatchObject({ code: 77, problem: 'archive-encrypted' })
      writeFileSync(shell.config, good)
      expect(shell.snapshot()).toEqual(before)
    },
  )
})

it(
  'tells the newest archive by the real history, across restores, and keeps more where that cannot be asked',
  settings,
  async () => {
    const good = readFileSync(shell.config, 'utf8')
    writeFileSync(
      shell.config,
      good
        .replace(/discardCover: \d+/, 'discardCover: 1')
        .replace('\n  encryption', '\n  retention: {last: 1}\n  encryption'),
    )
    const [older, newer] = [join(shell.backups, 'm.tar.zst.age'), join(shell.backups, 'later.tar.zst.age')]
    expect(await shell.run(['backup', '--server', 'MASTER', '--to', newer, '--yes'])).toMatchObject({ code: 0 })
    const planned = await shell.run(['media', 'retention'])
    expect(planned).toMatchObject({ code: 0, result: { kept: 1, discarded: [older] } })
    expect((await shell.run(['domain', 'stop', '--yes'])).code).toBe(0)
    const alone = await shell.run(['media', 'retention'])
    expect(alone).toMatchObject({ code: 0, result: { kept: 2, discarded: [] } })
    expect(alone.stderr).toContain('history')
    expect((await shell.run(['domain', 'start'])).code).toBe(0)
    writeFileSync(shell.config, good)
  },
)

describe('an encrypted archive on a device (needs the superuser and loop devices)', () => {
  it('is verified there and restored from it', settings, async (context) => {
    const [device] = loops
    if (!device) return context.skip()
    await register('試験装置 前')
    expect(await shell.run(['backup', '--server', 'MASTER', '--to', device.path, '--yes'])).toMatchObject({ code: 0 })
    await register('試験装置 後')
    expect(await shell.run(['verify', device.path])).toMatchObject({ code: 0 })
    await bringsBack('試験装置', device.path)
    expect(await restore(device.path, '--dry-run')).toMatchObject({
      code: 0,
      result: { plan: { repairs: [{ lost: '' }] } },
    })
  })

  it(
    'is restored from its volumes in turn, and without the second one refused before anything stops: 12',
    settings,
    async (context) => {
      const [, one, other] = loops
      if (!one || !other) return context.skip()
      await register('試験巻 前')
      const to = ['--to', one.path, '--volume', other.path]
      expect(await shell.run(['backup', '--server', 'MASTER', ...to, '--yes'])).toMatchObject({ code: 0 })
      await register('試験巻 後')
      const before = shell.snapshot()
      expect(await restore(one.path, '--yes')).toMatchObject({
        code: 12,
        problem: 'volume-wanted',
        result: { outcome: 'refused' },
      })
      expect(await restore(other.path, '--yes')).toMatchObject({ code: 12, problem: 'volume-other' })
      expect(shell.snapshot()).toEqual(before)
      await bringsBack('試験巻', one.path, '--volume', other.path)
    },
  )

  it('is brought back from its volumes by nxrestore, which asks for the second one', settings, async (context) => {
    const [, one, other] = loops
    if (!one || !other) return context.skip()
    expect((await shell.run(['domain', 'stop', '--yes'])).code).toBe(0)
    const words = ['nxrestore', '--config', shell.config, '--json']
    const asked = await shell.begin(words, { input: `${one.path}\ny\n` }).ended
    expect([asked.code, asked.problem]).toEqual([12, 'volume-wanted'])
    const named = await shell.begin(words, { input: `${one.path}\ny\n${other.path}\n` }).ended
    expect(named.result.warnings).toMatchObject([{ code: 'restore-unrepaired' }])
    expect([named.code, named.stderr.match(/Insert volume 2/g)?.length]).toEqual([1, 1])
    expect((await shell.run(['domain', 'start'])).code).toBe(0)
    expect((await shell.run(['repair', '--server', 'MASTER', '--yes'])).code).toBe(0)
    expect(await usersOf('試験巻')).toEqual(['試験巻 前', '試験巻 後'])
  })
})
