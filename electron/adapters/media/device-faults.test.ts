import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, type TestContext } from 'vitest'
import { archiveKit, problemOf } from '../../core/archive/testing/archive-kit.ts'
import { isWorkLeftBehind } from '../../core/ports/left-behind.ts'
import { openMedia } from './media.ts'
import { type FaultyDisk, faultyDisk } from './testing/faulty-disk.ts'
import { noise } from './testing/medium-suite.ts'
import { type Loop, newLoop } from './testing/small-filesystem.ts'

// Defects that break it: a device torn out in mid-write that counts as an archive, one that hangs and keeps a cancel.
const kit = archiveKit()
const medium = openMedia({ recordBytes: 65_536, now: () => new Date() })
let base = ''
let root = ''
let disk: FaultyDisk | null = null
let loop: Loop | null = null

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'device-faults-'))
  root = join(base, 'root')
  mkdirSync(root)
  writeFileSync(join(root, 'data'), noise(12_000_000, 'data'))
  disk = await faultyDisk(join(base, 'disk'))
  loop = disk === null ? null : newLoop(disk.folder, 40)
})
afterEach(async () => {
  loop?.end()
  await disk?.end()
  rmSync(base, { recursive: true, force: true })
})

function here({ skip }: Pick<TestContext, 'skip'>): { readonly disk: FaultyDisk; readonly path: string } {
  if (disk === null || loop === null)
    return skip('only the superuser, with FUSE and loop devices, can make such a device')
  return { disk, path: loop.path }
}

it('a block device whose disk fails below it: a named problem, and no archive', async (context) => {
  const { disk: failing, path } = here(context)
  await failing.faults({ on: 'write', afterBytes: 3_000_000, error: 'EIO' })
  const found = await problemOf(kit.create([root], path, { medium }))
  expect([found.code, found.exitCode]).toEqual(['medium-failed', 12])
  await failing.faults()
  expect((await problemOf(medium.open(path))).exitCode).toBe(13)
})

it('a block device that is torn out while it is written: a named problem, and no archive', async (context) => {
  const { disk: torn, path } = here(context)
  await torn.faults({ on: 'write', afterBytes: 3_000_000, hang: true })
  const failed = problemOf(kit.create([root], path, { medium }))
  await expect.poll(() => torn.waiting(), { timeout: 30_000 }).toContain('write')
  await torn.tearOut()
  const found = await failed
  expect([found.code, found.exitCode]).toEqual(['medium-failed', 12])
  await expect(medium.open(path)).rejects.toThrow()
  expect((await medium.check(path)).length).toBeGreaterThan(0)
})

it('a block device that hangs: a cancel ends the wait within a second, and later it holds no archive', async (context) => {
  const { disk: hanging, path } = here(context)
  await hanging.faults({ on: 'write', afterBytes: 3_000_000, hang: true })
  const stop = new AbortController()
  const failed = problemOf(kit.create([root], path, { medium, signal: stop.signal }))
  await expect.poll(() => hanging.waiting(), { timeout: 30_000 }).toContain('write')
  const at = performance.now()
  stop.abort()
  expect((await failed).code).toBe('cancelled')
  expect(performance.now() - at).toBeLessThan(1000)
  await hanging.faults()
  await expect.poll(isWorkLeftBehind, { timeout: 30_000 }).toBe(false)
  await expect(medium.open(path)).rejects.toThrow()
})
