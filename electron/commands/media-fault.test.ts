import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { type FaultyDisk, faultyDisk } from '../adapters/media/testing/faulty-disk.ts'
import { newLoop } from '../adapters/media/testing/small-filesystem.ts'
import { openShell, type Shell } from './testing/shell.ts'
import { partialOf } from './testing/slow-run.ts'

// Defects that break it: services that stay down because a disk does not answer, a failed backup that is called one.
let shell: Shell
let disk: FaultyDisk | null = null
beforeAll(async () => {
  shell = await openShell()
  disk = await faultyDisk(join(shell.base, 'disk'))
  if (disk === null) return
  await shell.init()
  expect(await shell.run(['start', '--server', 'hq-mas'])).toMatchObject({ code: 0 })
})
afterEach(() => disk?.faults())
afterAll(async () => {
  await disk?.end()
  await shell.remove()
})

const here = ({ skip }: Pick<TestContext, 'skip'>): FaultyDisk =>
  disk ?? skip('only the superuser, and a system with FUSE, can make a disk that fails')
const backup = (to: string) => ['backup', '--server', 'hq-mas', '--to', to, '--yes', '--config', shell.config, '--json']

function expectServicesUp(): void {
  const { pids, runRecords } = shell.snapshot()
  expect(runRecords).toEqual([])
  for (const id of ['object-server', 'address-service', 'server', 'scheduler']) {
    expect(pids[`hq-mas/${id}`]).not.toBeNull()
  }
}

describe('a medium that fails in the middle of a backup: the services run again', () => {
  const written = { on: 'write', name: '.partial', afterBytes: 1000 } as const

  it('an error of input or output: 2', async (context) => {
    const failing = here(context)
    await failing.faults({ ...written, error: 'EIO' })
    const ended = await shell.begin(backup(join(failing.folder, 'a.tar.zst'))).ended
    expect([ended.code, ended.problem]).toEqual([2, 'medium-failed'])
    expect(ended.result).toMatchObject({ outcome: 'failed-restored', servicesDown: [] })
    expectServicesUp()
    expect(readdirSync(failing.folder)).toEqual([])
  })

  it('a disk that does not answer, after a cancel: 130, and the command ends', async (context) => {
    const hanging = here(context)
    const to = join(hanging.folder, 'b.tar.zst')
    const partial = partialOf(to)
    await hanging.faults({ ...written, hang: true })
    const running = shell.begin(backup(to))
    await partial
    running.child.kill('SIGINT')
    const ended = await running.ended
    expect([ended.code, ended.problem]).toEqual([130, 'cancelled'])
    expect(ended.result).toMatchObject({ servicesDown: [] })
    expectServicesUp()
    await hanging.faults()
    expect(readdirSync(hanging.folder)).not.toContain('b.tar.zst')
    for (const name of readdirSync(hanging.folder)) rmSync(join(hanging.folder, name))
  })

  it('a disk that fails when the archive is read back: never called verified', async (context) => {
    const failing = here(context)
    await failing.faults({ on: 'read', name: '.tar.zst', error: 'EIO' })
    const ended = await shell.begin(backup(join(failing.folder, 'c.tar.zst'))).ended
    expect([ended.code, ended.problem]).toEqual([2, 'archive-unreadable'])
    expectServicesUp()
    expect(readdirSync(failing.folder)).not.toContain('c.tar.zst')
    await failing.faults()
    for (const name of readdirSync(failing.folder)) rmSync(join(failing.folder, name))
  })
})

it('a block device whose disk fails: 2, services run again, and it holds no archive', async (context) => {
  const failing = here(context)
  const loop = newLoop(failing.folder, 60)
  if (loop === null) return context.skip('no loop device is to be had')
  try {
    await failing.faults({ on: 'write', afterBytes: 1_500_000, error: 'EIO' })
    const ended = await shell.begin(backup(loop.path)).ended
    expect([ended.code, ended.problem]).toEqual([2, 'medium-failed'])
    expectServicesUp()
    await failing.faults()
    expect((await shell.plain(['verify', loop.path, '--json'])).code).toBe(13)
  } finally {
    loop.end()
  }
})
