import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newLoop } from '../../adapters/media/testing/small-filesystem.ts'
import { type TestDomain, until } from '../../embedded/testing/sample.ts'
import { type ConsoleKit, openConsoleKit, snapshot } from './testing/console-kit.ts'

let kit: ConsoleKit
let made: TestDomain
const open = (operator?: string) => kit.open(operator)

beforeAll(async () => {
  kit = await openConsoleKit()
  made = kit.made
}, 120_000)
afterAll(() => made.remove(), 60_000)

test('asks for the next volume by number, tells why an answer will not do, and gives the archive up without one', async (context) => {
  const devices = [newLoop(made.root, 1 / 32), newLoop(made.root, 16), newLoop(made.root, 1 / 32)]
  const [one, other, third] = devices
  const config = readFileSync(made.domain.file, 'utf8')
  try {
    if (!one || !other || !third) return context.skip('needs the superuser and loop devices')
    writeFileSync(made.domain.file, config.replace(/recordBytes: \d+/, 'recordBytes: 10240'))
    const console = await open()
    const volume = async () => (await snapshot(console)).run?.volume ?? null
    await console.handlers['run.prepare']({ host: 'tk-ml1' })
    const unasked = console.handlers['run.volume']({ path: other.path })
    await expect(unasked).rejects.toMatchObject({ problem: { code: 'no-volume-asked' } })
    await console.handlers['run.all']({ to: one.path })
    await until(async () => (await volume()) !== null)
    expect(await volume()).toMatchObject({ number: 2, path: one.path, problem: null })
    await console.handlers['run.volume']({ path: join(made.root, 'no-device') })
    await until(async () => (await volume()) !== null)
    expect((await volume())?.problem).not.toBeNull()
    // Written, verified and its database opened: each reading may ask for a volume again.
    const devicesOf = [one.path, other.path]
    const answer = async () => {
      const wanted = await volume()
      if (wanted) await console.handlers['run.volume']({ path: devicesOf[wanted.number - 1] ?? '/' })
    }
    await until(async () => {
      await answer()
      return (await snapshot(console)).run?.phase === 'ended'
    })
    const { run } = await snapshot(console)
    expect(run?.state).toMatchObject({ problem: null, archives: [{ path: one.path, host: 'tk-ml1' }] })
    expect(run?.volume).toBeNull()
    await console.handlers['run.dismiss'](null)
    // Where the run was told that its volumes are, they are found.
    const { path } = one
    expect(await console.handlers['archive.open']({ path })).toMatchObject({ header: { host: 'tk-ml1' } })

    await console.handlers['session.logon'](null)
    await console.handlers['run.prepare']({ host: 'tk-ml1' })
    await console.handlers['run.all']({ to: third.path })
    await until(async () => (await volume()) !== null)
    await console.handlers['run.volume']({ path: null })
    await until(async () => (await snapshot(console)).run?.phase === 'ended')
    const given = (await snapshot(console)).run?.state
    expect(given).toMatchObject({ outcome: 'failed-restored', problem: { code: 'cancelled' }, servicesDown: [] })
    await console.close()

    // Looked into by a console that does not know yet where they are: one task asks, and nothing else waits for an operator.
    const later = await open()
    const { handlers } = later
    const page = { folder: '/', next: null, limit: 10 }
    const wanted = { problem: { code: 'volume-wanted', exitCode: 12 } }
    await expect(handlers['archive.open']({ path })).rejects.toMatchObject(wanted)
    const id = await handlers['archive.volumes']({ path })
    const task = async () => (await snapshot(later)).tasks.find((each) => each.id === id)
    await until(async () => (await task())?.volume != null)
    expect((await task())?.volume).toMatchObject({ number: 2, path, problem: null })
    await handlers['task.volume']({ id, path: other.path })
    await until(async () => (await task())?.state === 'done')
    expect(await handlers['archive.open']({ path })).toMatchObject({ header: { host: 'tk-ml1' } })
    expect((await handlers['archive.folder']({ path, ...page })).rows).toHaveLength(1)
    writeFileSync(other.path, Buffer.alloc(1024 * 1024))
    await expect(handlers['archive.folder']({ path, ...page })).rejects.toMatchObject(wanted)
    await later.close()
  } finally {
    writeFileSync(made.domain.file, config)
    for (const device of devices) device?.end()
  }
}, 120_000)

test('a run that gives itself up for its outage asks for no volume any more, nor does the next one', async (context) => {
  const device = newLoop(made.root, 1 / 32)
  const config = readFileSync(made.domain.file, 'utf8')
  try {
    if (!device) return context.skip('needs the superuser and loop devices')
    const limited = config.replace(/^limits:\n/m, 'limits:\n  downtimeMs: 8000\n')
    writeFileSync(made.domain.file, limited.replace(/recordBytes: \d+/, 'recordBytes: 10240'))
    const console = await open()
    await console.handlers['run.prepare']({ host: 'tk-ml1' })
    await console.handlers['run.all']({ to: device.path })
    await until(async () => (await snapshot(console)).run?.volume != null)
    await until(async () => (await snapshot(console)).run?.phase === 'ended')
    const { run } = await snapshot(console)
    expect(run?.state).toMatchObject({ outcome: 'failed-restored', problem: { code: 'downtime-limit' } })
    expect(run?.volume).toBeNull()
    const unasked = console.handlers['run.volume']({ path: device.path })
    await expect(unasked).rejects.toMatchObject({ problem: { code: 'no-volume-asked' } })
    await console.handlers['run.dismiss'](null)
    await console.handlers['run.prepare']({ host: 'tk-ml1' })
    expect((await snapshot(console)).run?.volume).toBeNull()
    await console.close()
  } finally {
    writeFileSync(made.domain.file, config)
    device?.end()
  }
}, 120_000)
