import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { faultyDisk } from '../adapters/media/testing/faulty-disk.ts'
import { noise } from '../adapters/media/testing/medium-suite.ts'
import { newLoop } from '../adapters/media/testing/small-filesystem.ts'
import { journalPlaces } from '../formats/journal-folder.ts'
import { readAreas } from '../formats/parameter-file.ts'
import { openShell, type Shell } from './testing/shell.ts'

// Defects that break it: a copy whose place nobody is told, a device that only one verb can read.
let shell: Shell
let archive = ''
beforeAll(async () => {
  shell = await openShell()
  await shell.init('--mails', '900')
  const ended = await shell.plain(['nxbackup', '--server', 'hq-mas', '--config', shell.config, '--json'], {
    input: `${join(shell.backups, 'a.tar.zst')}\ny\n`,
  })
  expect(ended.code).toBe(0)
  archive = join(shell.backups, 'a.tar.zst')
})
afterAll(() => shell.remove())

/** Takes a change out of what the master keeps on record, as after ten thousand others. */
function forget(number: number): void {
  const [master] = shell.domain().servers
  const area = master && readAreas(master).find(({ name }) => name === 'GMA_USERCONFIG_Type')
  const database = new Database(area?.files[0]?.path ?? '')
  database.prepare('DELETE FROM change WHERE number = ?').run([number])
  database.close()
}

it('copies into a folder, tells both places, and warns of the same filesystem', async () => {
  const second = join(shell.base, 'second')
  mkdirSync(second)
  const ended = await shell.run(['copy', archive, second])
  const path = join(second, 'a.tar.zst')
  expect([ended.code, ended.result.copy]).toMatchObject([1, { path, sameFilesystem: true, resumedBytes: 0 }])
  expect(ended.result.archive).toMatchObject({
    path: archive,
    sha256: (ended.result.copy as { sha256: string }).sha256,
  })
  expect(readFileSync(path).equals(readFileSync(archive))).toBe(true)
  writeFileSync(path, 'of another')
  expect(await shell.run(['copy', archive, second])).toMatchObject({ code: 12, problem: 'medium-exists' })
  expect(readdirSync(second)).toEqual(['a.tar.zst'])
})

it('copies onto devices, and verifies and lists from them', async (context) => {
  const loops = [newLoop(shell.base, 1 / 16), newLoop(shell.base, 16)]
  const [one, other] = loops
  if (!one || !other) return context.skip('needs the superuser and loop devices')
  try {
    writeFileSync(
      shell.config,
      `${readFileSync(shell.config, 'utf8').replace(/recordBytes: \d+/, 'recordBytes: 10240')}`,
    )
    expect(await shell.run(['copy', archive, one.path])).toMatchObject({ code: 12, problem: 'medium-too-small' })
    const copied = await shell.run(['copy', archive, one.path, '--volume', other.path])
    expect([copied.code, copied.problem]).toEqual([0, null])
    const verified = await shell.plain(['verify', one.path, '--volume', other.path, '--json'])
    expect(verified).toMatchObject({ code: 0 })
    expect(verified.result.archive).toMatchObject({ sha256: (copied.result.copy as { sha256: string }).sha256 })
    const [fromFile, fromDevice] = await Promise.all([
      shell.plain(['list', archive]),
      shell.plain(['list', one.path, '--volume', other.path]),
    ])
    expect([fromDevice.code, fromDevice.stdout === fromFile.stdout]).toEqual([0, true])
    const out = join(shell.base, 'out')
    const extracted = await shell.plain(['extract', one.path, '--volume', other.path, '--to', out, '--json'])
    expect([extracted.code, extracted.result.members]).toEqual([
      0,
      (verified.result.archive as { members: number }).members - 2,
    ])
    expect(await shell.plain(['verify', one.path, '--json'])).toMatchObject({ code: 12, problem: 'volume-wanted' })
  } finally {
    for (const loop of loops) loop?.end()
  }
})

it('killed in the middle goes on from what it left; on a device it is told, and taken away when asked', async (context) => {
  const disk = await faultyDisk(join(shell.base, 'slow'))
  if (disk === null) return context.skip('only the superuser, and a system with FUSE, can make a slow disk')
  const large = join(shell.base, 'large.tar.zst')
  writeFileSync(large, noise(3_000_000, 'large'))
  const killed = async (dest: string, name: string) => {
    const running = shell.begin(['copy', large, dest, '--config', shell.config, '--json'])
    await expect.poll(() => disk.waiting(), { timeout: 30_000, interval: 20 }).toContain(name)
    running.child.kill('SIGKILL')
    // What waits for a device can only end when that answers.
    await disk.faults()
    expect((await running.ended).code).toBeNull()
  }
  const loop = newLoop(disk.folder, 8)
  try {
    await disk.faults({ on: 'write', name: '.partial', afterBytes: 1_500_000, hang: true })
    await killed(disk.folder, 'large.tar.zst.partial')
    const partial = join(disk.folder, 'large.tar.zst.partial')
    const listed = await shell.run(['media', 'unfinished', disk.folder])
    expect(listed.rows).toMatchObject([{ partial, live: false }])
    expect(await shell.run(['verify', partial])).toMatchObject({ code: 13 })
    const ended = await shell.run(['copy', large, disk.folder])
    expect([ended.code, (ended.result.copy as { resumedBytes: number }).resumedBytes > 1_000_000]).toEqual([0, true])
    expect(readFileSync(join(disk.folder, 'large.tar.zst')).equals(readFileSync(large))).toBe(true)

    if (loop === null) return
    // Below the device: its label is durable when the first part comes.
    await disk.faults({ on: 'write', name: '.img', afterBytes: 3_000_000, hang: true })
    await killed(loop.path, '.img')
    expect(await shell.run(['verify', loop.path])).toMatchObject({ code: 13, problem: 'volume-unfinished' })
    expect((await shell.run(['media', 'unfinished', loop.path])).rows).toMatchObject([{ path: loop.path, live: false }])
    expect(await shell.run(['copy', large, loop.path])).toMatchObject({ code: 12, problem: 'device-holds-unfinished' })
    expect(await shell.run(['media', 'unfinished', loop.path, '--remove', '--yes'])).toMatchObject({ code: 0 })
    expect(await shell.run(['copy', large, loop.path])).toMatchObject({ code: 0 })
  } finally {
    loop?.end()
    await disk.end()
  }
})

it('keeps what the policy says, and lists what was left unfinished', async () => {
  const partial = join(shell.backups, 'b.tar.zst.partial')
  writeFileSync(partial, 'half')
  const listed = await shell.run(['media', 'unfinished'])
  expect([listed.code, listed.rows]).toMatchObject([0, [{ kind: 'unfinished', partial, live: false, bytes: 4 }]])
  expect(await shell.run(['media', 'unfinished', '--remove'])).toMatchObject({ code: 64, problem: 'answer-needed' })
  expect((await shell.run(['media', 'unfinished', '--remove', '--yes'])).result.removed).toEqual([partial])
  expect(await shell.run(['media', 'retention'])).toMatchObject({ code: 64, problem: 'retention-unset' })
  const config = readFileSync(shell.config, 'utf8')
  writeFileSync(shell.config, config.replace(/recordBytes: \d+/, '$&\n  retention: {last: 1}'))
  const twin = join(shell.backups, 'twin.tar.zst')
  writeFileSync(twin, readFileSync(archive))
  const shown = await shell.run(['media', 'retention', '--apply', '--yes'])
  // One position, no catalog: nothing tells them apart, so neither may go.
  expect([shown.code, shown.result.discarded, readdirSync(shell.backups)]).toEqual([
    0,
    [],
    ['a.tar.zst', 'twin.tar.zst'],
  ])
})

it('records a copy in the catalog, and removes what the policy gives up once what stays was verified', async () => {
  const config = readFileSync(shell.config, 'utf8').replace(/discardCover: \d+/, 'discardCover: 1')
  writeFileSync(shell.config, config)
  expect(await shell.run(['start', '--server', 'hq-mas'])).toMatchObject({ code: 0 })
  const numbers: number[] = []
  for (const name of ['c.tar.zst', 'd.tar.zst']) {
    const { result } = await shell.run(['register', 'user', '--name', name])
    numbers.push((result.position as { number: number }).number)
    const ended = await shell.run(['backup', '--server', 'hq-mas', '--to', join(shell.backups, name), '--yes'])
    expect(ended.code).toBeLessThan(2)
  }
  expect((await shell.run(['copy', join(shell.backups, 'd.tar.zst'), join(shell.base, 'd-copy.tar.zst')])).code).toBe(1)
  const lines = readFileSync(join(shell.domain().folders.state, 'catalog', 'archives.jsonl'), 'utf8')
    .trim()
    .split('\n')
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ kind: 'copied', path: join(shell.base, 'd-copy.tar.zst') })

  // An archive older than the oldest segment that is kept: the data in force still tells what came after it, then nobody does.
  const [journal] = (await shell.run(['journal', 'list', '--server', 'hq-mas'])).rows as unknown as [
    { discarded: unknown[] },
  ]
  expect(journal.discarded.length).toBeGreaterThan(0)
  const older = ['restore', '--server', 'MASTER', '--from', archive, '--dry-run']
  expect((await shell.run(older)).result).toMatchObject({ plan: { repairs: [{ records: 2, lost: '' }] } })
  expect((await shell.run(['stop', '--server', 'hq-mas', '--yes'])).code).toBe(0)
  forget(numbers[0] ?? 0)
  // The other servers' journals hold every change as well, until their own backups let it go.
  for (const { host, file } of journalPlaces(shell.domain())) if (host !== 'hq-mas') rmSync(file)
  expect(await shell.run(older)).toMatchObject({
    code: 13,
    problem: 'restore-loss',
    result: { problem: { params: { missing: String(numbers[0]) } } },
  })

  const newest = join(shell.backups, 'd.tar.zst')
  const good = readFileSync(newest)
  const bad = Buffer.from(good)
  bad[1000] = 255 - (bad[1000] ?? 0)
  writeFileSync(newest, bad)
  const before = readdirSync(shell.backups)
  expect((await shell.run(['media', 'retention', '--apply', '--yes'])).code).toBe(13)
  expect(readdirSync(shell.backups)).toEqual(before)
  writeFileSync(newest, good)
  expect((await shell.run(['media', 'retention'])).result).toMatchObject({ applied: false })
  expect(readdirSync(shell.backups)).toEqual(before)
  expect((await shell.run(['media', 'retention', '--apply', '--yes'])).result).toMatchObject({ applied: true, kept: 1 })
  expect(readdirSync(shell.backups)).toEqual(['d.tar.zst'])
})
