import { createHash } from 'node:crypto'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fail, toProblem } from '../../../shared/model/problem.ts'
import { fileMedium } from '../../adapters/media/file.ts'
import { noise } from '../../adapters/media/testing/medium-suite.ts'
import { memoryMedium } from '../../adapters/media/testing/memory.ts'
import { type Mounted, mountSmall } from '../../adapters/media/testing/small-filesystem.ts'
import { archiveKit } from '../archive/testing/archive-kit.ts'
import type { Medium } from '../ports/medium.ts'
import { type CopyOptions, copySecond } from './second-copy.ts'

// Defects that break it: a copy that is believed without being read back, a resumed copy whose start nobody compared,
// a foreign file taken for ours.
const kit = archiveKit()
let base = ''
let archive = ''
let dest = ''
const bytes = noise(6_000_000, 'archive')
const sha256 = createHash('sha256').update(bytes).digest('hex')
const mounts: Mounted[] = []

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'copy-'))
  archive = join(base, 'a.tar.zst')
  dest = join(base, 'second')
  mkdirSync(dest)
  writeFileSync(archive, bytes)
})
afterEach(() => {
  for (const mounted of mounts.splice(0)) mounted.end()
  rmSync(base, { recursive: true, force: true })
})

const copy = (to: string, options: Partial<CopyOptions> = {}, medium: Medium = fileMedium) =>
  copySecond(medium, archive, to, { workerPath: kit.workerPath(), ...options })
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (thrown) => toProblem(thrown).code,
  )

/** What a copy leaves that died when so many bytes were written. */
function interrupt(written: number): void {
  writeFileSync(join(dest, 'a.tar.zst.partial'), bytes.subarray(0, written))
}

it('copies into a folder, reads back and records both places', async () => {
  const recorded: unknown[] = []
  const made = await copy(dest, { sha256, record: (done, from) => void recorded.push([done, from]) })
  const path = join(dest, 'a.tar.zst')
  expect(made).toMatchObject({ path, bytes: bytes.length, sha256, resumedBytes: 0, sameFilesystem: true })
  expect(readFileSync(path).equals(bytes)).toBe(true)
  expect(readdirSync(dest)).toEqual(['a.tar.zst'])
  expect(recorded).toEqual([[made, archive]])
})

it('tells another filesystem from the same, and passes the page cache by there', async (context) => {
  const mounted = mountSmall('ext4', join(base, 'ext4'))
  if (mounted === null) return context.skip('mounting is not permitted here')
  mounts.push(mounted)
  expect(await copy(join(mounted.folder, 'b.tar.zst'))).toMatchObject({ sameFilesystem: false, uncached: true, sha256 })
})

it('is cancelled within a second, and goes on where it was', async () => {
  truncateSync(archive, 600_000_000)
  const controller = new AbortController()
  let at = 0
  const onProgress = ({ bytesDone }: { bytesDone: number }) => {
    if (bytesDone < 7_000_000 || at > 0) return
    at = performance.now()
    controller.abort(fail('cancelled'))
  }
  expect(await codeOf(copy(dest, { signal: controller.signal, onProgress }))).toBe('cancelled')
  expect(performance.now() - at).toBeLessThan(1000)
  expect(readdirSync(dest)).toEqual(['a.tar.zst.partial'])
  const kept = statSync(join(dest, 'a.tar.zst.partial')).size
  expect(kept).toBeLessThan(600_000_000)
  truncateSync(archive, kept + 1)
  expect(await copy(dest)).toMatchObject({ resumedBytes: kept, bytes: kept + 1 })
  expect(readFileSync(join(dest, 'a.tar.zst')).equals(readFileSync(archive))).toBe(true)
})

it('goes on wherever it was killed', async () => {
  for (const written of [0, 1, 511, 512, 4095, 1_048_575, 1_048_576, 3_333_333, bytes.length - 1, bytes.length]) {
    interrupt(written)
    expect((await copy(dest)).resumedBytes).toBe(written)
    expect(readFileSync(join(dest, 'a.tar.zst')).equals(bytes)).toBe(true)
    expect(readdirSync(dest)).toEqual(['a.tar.zst'])
    rmSync(join(dest, 'a.tar.zst'))
  }
})

it('trusts no byte that a dead copy left: what differs is written anew', async () => {
  interrupt(3_500_000)
  const partial = join(dest, 'a.tar.zst.partial')
  const torn = readFileSync(partial)
  torn.fill(0, 2_000_000)
  writeFileSync(partial, torn)
  appendFileSync(partial, Buffer.alloc(9_000_000))
  const made = await copy(dest)
  expect(made.resumedBytes).toBe(2_000_000 + bytes.subarray(2_000_000).findIndex((byte) => byte !== 0))
  expect(readFileSync(join(dest, 'a.tar.zst')).equals(bytes)).toBe(true)
})

it('touches no unfinished file of another archive, and none whose writer lives', async () => {
  const partial = join(dest, 'a.tar.zst.partial')
  writeFileSync(partial, 'of another one')
  expect(await codeOf(copy(dest))).toBe('medium-partial-exists')
  expect(readFileSync(partial, 'utf8')).toBe('of another one')
  rmSync(partial)
  const writer = await fileMedium.create(join(dest, 'a.tar.zst'))
  expect(await codeOf(copy(dest))).toBe('medium-partial-live')
  expect(await fileMedium.unfinishedIn(dest)).toMatchObject([{ partial, live: true }])
  await writer.leave()
  expect(await fileMedium.unfinishedIn(dest)).toMatchObject([{ partial, live: false, bytes: 0 }])
})

it('knows its own whole copy again, and leaves any other file alone', async () => {
  await copy(dest)
  expect(await copy(dest)).toMatchObject({ resumedBytes: bytes.length, sha256 })
  const path = join(dest, 'a.tar.zst')
  const other = Buffer.from(bytes)
  other[5_999_999] = 255 - (other[5_999_999] ?? 0)
  for (const content of [other, Buffer.from('another')]) {
    writeFileSync(path, content)
    expect(await codeOf(copy(dest))).toBe('medium-exists')
    expect(readFileSync(path).equals(content)).toBe(true)
  }
})

it('finds a medium that gives back something else, and takes that copy off its name', async () => {
  const lying = memoryMedium()
  const medium: Medium = {
    ...lying,
    open: (path, options) => (path === archive ? fileMedium : lying).open(path, options),
    create: async (path) => {
      const writer = await lying.create(path)
      if (writer.sink.kind !== 'stream') throw new Error('a stream was expected')
      const { write } = writer.sink
      const flip = async (given: Uint8Array) => {
        const stored = Buffer.from(given)
        stored[100] = 255 - (stored[100] ?? 0)
        await write(stored)
      }
      return { ...writer, sink: { kind: 'stream', write: flip } }
    },
  }
  expect(await codeOf(copy('/memory/b.tar.zst', {}, medium))).toBe('copy-differs')
  expect([...lying.archives.keys()]).toEqual(['/memory/b.tar.zst.rejected'])
})

it('refuses an archive that is not the known one, and leaves nothing', async () => {
  expect(await codeOf(copy(dest, { sha256: 'f'.repeat(64) }))).toBe('archive-changed')
  expect(readdirSync(dest)).toEqual([])
  rmSync(archive)
  expect(await codeOf(copy(dest))).toBe('archive-missing')
})

it('leaves nothing on a medium that becomes full, or is too small from the beginning', async (context) => {
  const mounted = mountSmall('tmpfs', join(base, 'tmpfs'))
  if (mounted === null) return context.skip('mounting is not permitted here')
  mounts.push(mounted)
  writeFileSync(archive, noise(12_000_000, 'large'))
  expect(await codeOf(copy(mounted.folder))).toBe('medium-too-small')
  // Room is taken by someone else after the look.
  writeFileSync(archive, noise(5_000_000, 'fits'))
  const contended: Medium = {
    ...fileMedium,
    create: (path, options) => {
      writeFileSync(join(mounted.folder, 'other'), Buffer.alloc(3_000_000))
      return fileMedium.create(path, options)
    },
  }
  expect(await codeOf(copy(mounted.folder, {}, contended))).toBe('medium-full')
  expect(readdirSync(mounted.folder)).toEqual(['other'])
})
