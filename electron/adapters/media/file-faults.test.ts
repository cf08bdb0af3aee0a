import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import type { Progress } from '../../../shared/model/progress.ts'
import { archiveKit, problemOf, run } from '../../core/archive/testing/archive-kit.ts'
import { verifyArchive } from '../../core/archive/verify.ts'
import { isWorkLeftBehind } from '../../core/ports/left-behind.ts'
import { fileMedium } from './file.ts'
import { type Fault, type FaultyDisk, faultyDisk } from './testing/faulty-disk.ts'
import { noise } from './testing/medium-suite.ts'
import { mountSmall } from './testing/small-filesystem.ts'

// Defects that break it: a failing disk that is waited for without end, an archive with its name although the disk never
// said that it has it, a short write taken for a whole one.
const kit = archiveKit()
let base = ''
let disk: FaultyDisk | null = null
let root = ''
let path = ''
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'faults-'))
  root = join(base, 'root')
  mkdirSync(root)
  writeFileSync(join(root, 'data'), noise(6_000_000, 'data'))
})
afterAll(() => rmSync(base, { recursive: true, force: true }))
beforeEach(async () => {
  disk = await faultyDisk(join(mkdtempSync(join(base, 'disk-')), 'folder'))
  path = join(disk?.folder ?? base, 'a.tar.zst')
})
afterEach(() => disk?.end())

const here = ({ skip }: Pick<TestContext, 'skip'>): FaultyDisk =>
  disk ?? skip('only the superuser, and a system with FUSE, can make a disk that fails')

/** Calls once, when some of the archive has been read. */
function inTheMiddle(act: () => unknown): (progress: Progress) => void {
  let done = false
  return ({ phase, bytesDone }) => {
    if (done || phase !== 'archive' || bytesDone < 1_000_000) return
    done = true
    act()
  }
}

/** How long a cancel takes that comes `after` milliseconds after the disk began to do this, with the archive under way. */
async function cancelled(failing: FaultyDisk, faults: readonly Fault[], after: number) {
  const stop = new AbortController()
  let at = 0
  const onProgress = inTheMiddle(async () => {
    await failing.faults(...faults)
    setTimeout(() => {
      at = performance.now()
      stop.abort()
    }, after)
  })
  const { code } = await problemOf(kit.create([root], path, { signal: stop.signal, onProgress }))
  return { code, ms: performance.now() - at }
}

const written = { on: 'write', name: '.partial' } as const
const middle = { on: 'write', name: '.partial', afterBytes: 2_000_000 } as const

describe('a disk that fails while an archive is written: a named problem, and nothing remains', () => {
  const cases: readonly [what: string, fault: Fault, code: string, text?: string][] = [
    ['an error of input or output', { ...middle, error: 'EIO' }, 'medium-failed', 'EIO'],
    ['no more room', { ...middle, error: 'ENOSPC' }, 'medium-full'],
    ['a quota that is used up', { ...middle, error: 'EDQUOT' }, 'medium-full'],
    ['a file larger than the filesystem takes', { ...middle, error: 'EFBIG' }, 'medium-file-too-large'],
    ['a disk that turned read-only', { ...middle, error: 'EROFS' }, 'medium-not-writable', 'EROFS'],
    ['a disk that is gone', { ...middle, error: 'ENODEV' }, 'medium-failed', 'ENODEV'],
    ['an error in the working files', { on: 'write', error: 'EIO' }, 'medium-failed', 'EIO'],
    ['an error when the working files are read', { on: 'read', error: 'EIO' }, 'medium-failed', 'EIO'],
    ['an error when all is to be durable', { on: 'fsync', error: 'EIO' }, 'medium-failed', 'EIO'],
    ['an error when it gets its name', { on: 'link', error: 'EIO' }, 'medium-failed', 'EIO'],
    ['an error when the name is to be durable', { on: 'fsyncdir', error: 'EIO' }, 'medium-failed', 'EIO'],
  ]
  it.for(cases)('%s', async ([, fault, code, text], context) => {
    const failing = here(context)
    await failing.faults(fault)
    const found = await problemOf(kit.create([root], path))
    expect([found.code, found.exitCode]).toEqual([code, 12])
    if (text !== undefined) expect(found.params.text).toBe(text)
    expect(readdirSync(failing.folder)).toEqual([])
  })
})

it('names the unfinished file where it cannot even be removed, and the next look finds it', async (context) => {
  const failing = here(context)
  await failing.faults({ ...written, bytesPerSecond: 4_000_000 })
  const onProgress = inTheMiddle(() =>
    failing.faults({ on: 'write', error: 'EROFS' }, { on: 'unlink', error: 'EROFS' }),
  )
  expect((await problemOf(kit.create([root], path, { onProgress }))).code).toBe('medium-not-writable')
  await failing.faults()
  expect((await fileMedium.check(path)).map(({ code }) => code)).toEqual(['medium-partial-exists'])
  expect(await fileMedium.unfinishedIn(failing.folder)).toMatchObject([{ partial: `${path}.partial`, live: false }])
  expect((await problemOf(kit.verify(`${path}.partial`))).exitCode).toBe(13)
  await fileMedium.discardUnfinished(path)
  expect(readdirSync(failing.folder)).toEqual([])
})

it('refuses a medium on which nothing can be removed, and holds nothing open there', async (context) => {
  await here(context).faults({ on: 'unlink', error: 'EROFS' })
  expect(await problemOf(kit.create([root], path))).toMatchObject({ code: 'medium-not-writable', exitCode: 12 })
})

it('puts an archive together from short writes', async (context) => {
  await here(context).faults({ on: 'write', most: 1000 })
  const written = await kit.create([root], path)
  expect((await kit.verify(path)).summary.sha256).toBe(written.sha256)
})

it('ends with a problem where a write takes nothing and says nothing', async (context) => {
  await here(context).faults({ ...middle, most: 0 })
  expect(await problemOf(kit.create([root], path))).toMatchObject({ code: 'medium-failed', params: { text: 'EIO' } })
})

it('tells its progress on a slow disk, and ends within a second of a cancel there', async (context) => {
  const slow = here(context)
  const large = join(kit.newFolder(), 'root')
  mkdirSync(large)
  writeFileSync(join(large, 'data'), noise(30_000_000, 'large'))
  await slow.faults({ on: 'write', name: '.partial', bytesPerSecond: 8_000_000 })
  const seen: number[] = []
  const stop = new AbortController()
  let at = 0
  const onProgress = ({ phase, bytesDone }: Progress) => {
    if (phase !== 'archive') return
    seen.push(bytesDone)
    if (new Set(seen).size < 4 || at > 0) return
    at = performance.now()
    stop.abort()
  }
  expect((await problemOf(kit.create([large], path, { signal: stop.signal, onProgress }))).code).toBe('cancelled')
  expect(performance.now() - at).toBeLessThan(1000)
  expect(seen.at(-1)).toBeLessThan(30_000_000)
  await slow.faults()
  expect(readdirSync(slow.folder)).toEqual([])
})

describe('a disk that does not answer any more: a cancel ends the wait within a second', () => {
  const cases: readonly [what: string, faults: readonly Fault[], after?: number][] = [
    ['in the middle of a write', [{ ...written, hang: true }]],
    [
      'in a write and when it is to be removed',
      [
        { ...written, hang: true },
        { on: 'unlink', name: '.partial', hang: true },
      ],
    ],
    ['when all is to be durable', [{ on: 'fsync', hang: true }], 1000],
    ['when it gets its name', [{ on: 'link', hang: true }], 1000],
  ]
  it.for(cases)('%s', async ([, faults, after], context) => {
    const hanging = here(context)
    // Slow enough that all of it is still to be written when the disk hangs.
    await hanging.faults({ ...written, bytesPerSecond: 4_000_000 })
    const { ms, code } = await cancelled(hanging, faults, after ?? 200)
    expect([code, ms < 1000]).toEqual(['cancelled', true])
    expect(isWorkLeftBehind()).toBe(true)
    // What was left behind goes on now, and finds that it may not.
    await hanging.faults()
    await expect.poll(isWorkLeftBehind).toBe(false)
    expect(readdirSync(hanging.folder)).toEqual([])
  })

  it('when it is looked at', async (context) => {
    const hanging = here(context)
    await hanging.faults({ on: 'lookup', hang: true })
    const at = performance.now()
    const signal = AbortSignal.timeout(300)
    expect((await problemOf(kit.create([root], path, { signal }))).code).toBe('cancelled')
    expect(performance.now() - at).toBeLessThan(1300)
    await hanging.tearOut()
  })
})

describe('a medium that is taken away: nothing has the name of an archive', () => {
  it('torn out while it is written, or just before it gets its name', async (context) => {
    const torn = here(context)
    let gone: Promise<void> | null = null
    const onProgress = inTheMiddle(() => {
      gone = torn.tearOut()
    })
    await torn.faults({ on: 'write', name: '.partial', bytesPerSecond: 3_000_000 })
    const found = await problemOf(kit.create([root], path, { onProgress }))
    expect([found.code, found.exitCode]).toEqual(['medium-failed', 12])
    await gone
    const look = await fileMedium.check(path)
    expect(look.map(({ exitCode }) => exitCode)).toEqual([12])
  })

  it('unmounted while it is written: what lies under it keeps nothing either', async (context) => {
    const mounted = mountSmall('tmpfs', join(base, 'tmpfs'))
    if (mounted === null) return context.skip('mounting is not permitted here')
    const to = join(mounted.folder, 'a.tar.zst')
    const large = join(base, 'large')
    mkdirSync(large)
    writeFileSync(join(large, 'data'), noise(4_000_000, 'large'))
    const onProgress = inTheMiddle(() => run('umount', '-l', mounted.folder))
    const found = await problemOf(kit.create([large], to, { onProgress }))
    expect([found.code, found.params.text, found.exitCode]).toEqual(['medium-failed', 'ENOENT', 12])
    expect(readdirSync(mounted.folder)).toEqual([])
    mounted.end()
  })

  it('its folder is removed, or renamed, while it is written', async () => {
    for (const act of [
      (folder: string) => rmSync(folder, { recursive: true }),
      (folder: string) => renameSync(folder, `${folder}-elsewhere`),
    ]) {
      const folder = kit.newFolder()
      const onProgress = inTheMiddle(() => act(folder))
      const found = await problemOf(kit.create([root], join(folder, 'a.tar.zst'), { onProgress }))
      expect([found.code, found.params.text]).toEqual(['medium-failed', 'ENOENT'])
    }
  })
})

it('ends with the problem of the limit that the account has for files', () => {
  const folder = kit.newFolder()
  const script = `
    const { fileMedium } = require(${JSON.stringify(kit.builtFile('medium'))})
    const { createArchive } = require(${JSON.stringify(kit.builtFile('create'))})
    const [, to, root, workerPath] = process.argv
    const header = { startedAt: new Date().toISOString(), host: 'h', position: null }
    createArchive({ header, targets: [root], to, workerPath, medium: fileMedium })
      .catch(({ problem }) => console.log(problem.code, problem.exitCode))`
  const said = run(
    'bash',
    '-c',
    'ulimit -f 1000; "$@"',
    'bash',
    process.execPath,
    '-e',
    script,
    join(folder, 'a.tar.zst'),
    root,
    kit.workerPath(),
  )
  expect([said.trim(), readdirSync(folder)]).toEqual(['medium-file-too-large 12', []])
})

it('fails by name on a real filesystem that turns read-only because its disk fails', async (context) => {
  const under = here(context)
  const image = join(under.folder, 'image')
  closeSync(openSync(image, 'w'))
  run('truncate', '-s', '24M', image)
  const loop = run('losetup', '-f', '--show', image).trim()
  const folder = join(base, 'ext4-on-faulty')
  mkdirSync(folder)
  run('mkfs.ext4', '-qF', '-E', 'lazy_itable_init=0,lazy_journal_init=0', loop)
  run('mount', '-o', 'errors=remount-ro', loop, folder)
  try {
    const to = join(folder, 'a.tar.zst')
    await under.faults({ on: 'write', error: 'EIO' })
    const found = await problemOf(kit.create([root], to))
    expect([found.exitCode, ['medium-failed', 'medium-not-writable']]).toEqual([
      12,
      expect.arrayContaining([found.code]),
    ])
    expect(readdirSync(folder)).not.toContain('a.tar.zst')
    await under.faults()
    run('mount', '-o', 'remount,ro', folder)
    expect((await problemOf(kit.create([root], join(folder, 'b.tar.zst')))).code).toBe('medium-not-writable')
  } finally {
    run('umount', folder)
    run('losetup', '-d', loop)
  }
})

it('tells a disk that cannot be read from an archive that is bad', async (context) => {
  const failing = here(context)
  const { sha256 } = await kit.create([root], path)
  await failing.faults({ on: 'read', error: 'EIO' })
  expect(await problemOf(kit.verify(path))).toMatchObject({ code: 'archive-unreadable', exitCode: 12 })
  await failing.faults({ on: 'read', hang: true })
  const stop = new AbortController()
  const verifying = problemOf(verifyArchive(path, { workerPath: kit.workerPath(), signal: stop.signal }))
  const at = performance.now()
  setTimeout(() => stop.abort(), 300)
  expect((await verifying).code).toBe('cancelled')
  expect(performance.now() - at).toBeLessThan(1300)
  await failing.faults()
  expect((await kit.verify(path)).summary.sha256).toBe(sha256)
})
