import { spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { toProblem } from '../../../shared/model/problem.ts'
import type { WantedVolume } from '../../../shared/model/wanted-volume.ts'
import { listArchive } from '../../core/archive/list.ts'
import { withArchiveOn } from '../../core/archive/remote-source.ts'
import { archiveKit } from '../../core/archive/testing/archive-kit.ts'
import { verifyArchive } from '../../core/archive/verify.ts'
import { copySecond } from '../../core/operations/second-copy.ts'
import { parseLabel } from '../../formats/volume.ts'
import { openMedia } from './media.ts'
import { contentOf, feed, noise } from './testing/medium-suite.ts'
import { type Loop, newLoop } from './testing/small-filesystem.ts'

// Defects that break it: a mounted disk written over, a volume that no tar reads, a next volume that nobody asked for,
// volumes mixed up when they are read.
const kit = archiveKit()
const here = process.getuid?.() === 0 && spawnSync('losetup', ['-f']).status === 0
const medium = openMedia({ recordBytes: 65_536, now: () => new Date('2026-11-22T02:00:14Z') })
const loops: Loop[] = []
let base = ''
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'special-'))
})
afterEach(() => {
  for (const loop of loops.splice(0)) loop.end()
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

function device(megabytes = 2): string {
  const loop = newLoop(base, megabytes)
  if (loop === null) throw new Error('no loop device is free')
  loops.push(loop)
  return loop.path
}

const codes = async (path: string, overwrite = false) =>
  (await medium.check(path, { overwrite })).map(({ code }) => code)
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (thrown) => toProblem(thrown).code,
  )
const sh = (line: string, ...args: string[]) =>
  spawnSync('bash', ['-ec', `set -o pipefail; ${line}`, 'bash', ...args], { maxBuffer: 1 << 28 })

/** Where the last record of a volume begins. */
function readEndOf(path: string): number {
  const label = parseLabel(readFileSync(path).subarray(0, 10_240))
  return ((label?.end?.parts ?? 0) + 1) * (label?.recordBytes ?? 0)
}

/** Answers with these devices, and keeps what was asked. */
function changer(devices: readonly (string | null)[]) {
  const asked: WantedVolume[] = []
  const nextVolume = async (wanted: WantedVolume) => {
    asked.push(wanted)
    return devices[asked.length - 1] ?? null
  }
  return { asked, nextVolume }
}

describe.skipIf(!here)('a special file (needs the superuser and loop devices)', () => {
  it('takes an archive on several volumes, each of which GNU tar reads', async () => {
    const devices = [device(), device(), device()]
    const [first = '', ...others] = devices
    const root = join(base, 'root')
    mkdirSync(join(root, 'sub'), { recursive: true })
    writeFileSync(join(root, 'large'), noise(4_500_000, 'large'))
    for (let number = 0; number < 50; number += 1) writeFileSync(join(root, 'sub', `${number}`), `mail ${number}`)
    const { nextVolume, asked } = changer(others)
    const written = await kit.create([root], first, { medium, mediumOptions: { nextVolume } })
    expect(asked.map(({ number, label, problem }) => [number, label, problem])).toEqual([
      [2, 'host-a-20240401020304.tar.zst volume 2', null],
      [3, 'host-a-20240401020304.tar.zst volume 3', null],
    ])
    for (const [index, path] of devices.entries()) {
      const listed = spawnSync('tar', ['-tf', path], { encoding: 'utf8' })
      expect([listed.status, listed.stderr]).toEqual([0, ''])
      expect(listed.stdout.split('\n')[0]).toBe(`host-a-20240401020304.tar.zst volume ${index + 1}`)
      expect(spawnSync('tar', ['-tf', path, '-b', '128']).status).toBe(0)
    }
    const restored = join(base, 'restored')
    mkdirSync(restored)
    const out = sh(
      'to=$1; shift; for each; do tar -xOf "$each"; done | tar --zstd -xf - -C "$to"',
      restored,
      ...devices,
    )
    expect([out.status, String(out.stderr)]).toEqual([0, ''])
    expect(sh('diff -r "$1" "$2$1"', root, restored).status).toBe(0)

    const reading = changer(others)
    const { summary } = await withArchiveOn(medium, first, { nextVolume: reading.nextVolume }, (at) =>
      verifyArchive(at, { workerPath: kit.workerPath() }),
    )
    expect(summary.sha256).toBe(written.sha256)
    // Each was asked for once; afterwards it is known where it is.
    expect(reading.asked.map(({ number }) => number)).toEqual([2, 3])
    let members = 0
    const entry = () => {
      members += 1
    }
    const listing = changer(others)
    await withArchiveOn(medium, first, { nextVolume: listing.nextVolume }, (at) =>
      listArchive(at, { workerPath: kit.workerPath() }, { header: () => undefined, entry }),
    )
    expect(members).toBe(written.members - 1)
    expect(await codeOf(medium.open(first))).toBe('volume-wanted')
    expect(await codeOf(medium.open(others[0] ?? ''))).toBe('volume-other')
  })

  it('goes on in one drive whose medium is changed', async () => {
    const image = join(base, 'drive')
    const path = device()
    const drive = loops.at(-1)?.image ?? ''
    const bytes = noise(3_000_000, 'drive')
    const writer = await medium.create(path, {
      nextVolume: async () => {
        writeFileSync(image, readFileSync(path))
        writeFileSync(path, Buffer.alloc(2 * 1024 * 1024))
        return path
      },
    })
    await feed(writer.sink, bytes)
    await writer.commit()
    expect(readFileSync(drive).length).toBe(2 * 1024 * 1024)
    const second = readFileSync(path)
    const volumes = [readFileSync(image), second]
    const change = async ({ number }: Pick<WantedVolume, 'number'>) => {
      writeFileSync(path, volumes[number - 1] ?? '')
      return path
    }
    await change({ number: 1 })
    const reader = await medium.open(path, { nextVolume: change })
    expect((await reader.readAt(0, reader.size)).equals(bytes)).toBe(true)
    expect((await reader.readAt(10, 100_000)).equals(bytes.subarray(10, 100_010))).toBe(true)
    await reader.close()
  })

  it('asks nobody for a volume once its work was given up', async () => {
    const [first, second] = [device(), device()]
    const writer = await medium.create(first, { nextVolume: changer([second]).nextVolume })
    await feed(writer.sink, noise(3_000_000, 'given up'))
    await writer.commit()
    const gone = changer([second])
    const opening = medium.open(first, { nextVolume: gone.nextVolume, signal: AbortSignal.abort() })
    expect(await codeOf(opening)).toBe('cancelled')
    expect(gone.asked).toEqual([])
  })

  it('asks again where the volume given cannot be used, and says why', async () => {
    const first = device()
    const used = device()
    writeFileSync(used, Buffer.from('not blank'))
    const good = device()
    const { asked, nextVolume } = changer(['/dev/none', first, used, good])
    const writer = await medium.create(first, { nextVolume })
    await feed(writer.sink, noise(3_000_000, 'x'))
    await writer.commit()
    expect(asked.map(({ problem }) => problem?.code ?? null)).toEqual([
      null,
      'archive-missing',
      'device-holds-archive',
      'device-holds-data',
    ])
    const { nextVolume: reading } = changer([good])
    const copy = await copySecond(medium, first, join(base, 'copy.tar.zst'), {
      nextVolume: reading,
      workerPath: kit.workerPath(),
    })
    expect(readFileSync(copy.path).equals(noise(3_000_000, 'x'))).toBe(true)
  })

  it('refuses unattended at the end of the volume, and leaves every volume blank when given up', async () => {
    const [first, second] = [device(), device()]
    const alone = await medium.create(first)
    expect(await codeOf(feed(alone.sink, noise(3_000_000, 'x')))).toBe('medium-next-volume')
    await alone.discard()
    const writer = await medium.create(first, { nextVolume: changer([second, null]).nextVolume })
    expect(await codeOf(feed(writer.sink, noise(5_000_000, 'x')))).toBe('cancelled')
    await writer.discard()
    expect([await codes(first), await codes(second)]).toEqual([[], []])
  })

  it('holds that archive as long as labels, ends and both ends of the archive are unchanged, and no longer', async () => {
    const paths = [device(), device()] as const
    const writer = await medium.create(paths[0], { nextVolume: changer([paths[1]]).nextVolume })
    const bytes = noise(2_500_000, 'held')
    await feed(writer.sink, bytes)
    await writer.commit()
    const reader = await medium.open(paths[0], { nextVolume: changer([paths[1]]).nextVolume })
    const known = { path: paths[0], bytes: bytes.length, volumes: await reader.mark() }
    await reader.close()
    expect(known.volumes).toMatchObject({ paths: [...paths] })
    const record = 65_536
    // Of the first volume label, first record and end; of the second label, last records and end.
    const ends = paths.map((path) => readEndOf(path))
    const place = fc.oneof(
      fc.record({ volume: fc.constant(0), at: fc.nat(10_239) }),
      fc.record({ volume: fc.constant(0), at: fc.integer({ min: record, max: 2 * record - 1 }) }),
      fc.record({ volume: fc.constant(1), at: fc.nat(10_239) }),
      ...ends.map((end, volume) =>
        fc.record({ volume: fc.constant(volume), at: fc.integer({ min: end, max: end + record - 1 }) }),
      ),
    )
    const flip = (volume: number, at: number) => {
      const fd = openSync(paths[volume] ?? '', 'r+')
      const byte = Buffer.alloc(1)
      readSync(fd, byte, 0, 1, at)
      writeSync(fd, Buffer.from([255 - (byte[0] ?? 0)]), 0, 1, at)
      closeSync(fd)
    }
    await fc.assert(
      fc.asyncProperty(place, async ({ volume, at }) => {
        flip(volume, at)
        const present = await medium.isPresent(known)
        flip(volume, at)
        expect([volume, at, present]).toEqual([volume, at, false])
      }),
      { numRuns: 60 },
    )
    expect(await medium.isPresent(known)).toBe(true)
    const behind = (ends[1] ?? 0) + record
    flip(1, behind)
    expect(await medium.isPresent(known)).toBe(true)
    expect(await medium.isPresent({ ...known, path: paths[1] })).toBe(false)
    expect(sh('mkfs.ext4 -qF "$1"', paths[1]).status).toBe(0)
    expect(await medium.isPresent(known)).toBe(false)
  })

  it('is not written while it is mounted, used, or holds anything, but for what may be given up', async () => {
    const path = device(16)
    for (const [make, what] of [
      ['mkfs.ext4 -qF ', 'ext2/ext3/ext4'],
      ['mkswap ', 'swap'],
      ["printf '\\125\\252' | dd bs=1 seek=510 conv=notrunc status=none of=", 'MBR'],
    ]) {
      expect(sh(`dd if=/dev/zero of="$1" bs=1M count=16 status=none; ${make}"$1"`, path).status, what).toBe(0)
      const [found] = await medium.check(path)
      expect([found?.code, found?.params.what]).toEqual(['device-holds-data', what])
      expect(await codes(path, true)).toEqual([])
    }
    // What only the end of the device tells of.
    const blank = device(16)
    const fd = openSync(blank, 'r+')
    writeSync(fd, 'EFI PART', 16 * 1024 * 1024 - 512)
    closeSync(fd)
    expect(await codes(blank)).toEqual(['device-holds-data'])

    expect(sh('mkfs.ext4 -qF "$1"; mkdir -p "$2"; mount "$1" "$2"', path, join(base, 'mounted')).status).toBe(0)
    try {
      for (const overwrite of [false, true]) expect(await codes(path, overwrite)).toContain('device-mounted')
      expect(await codeOf(medium.create(path, { overwrite: true }))).toBe('device-mounted')
    } finally {
      sh('umount "$1"', path)
    }
    expect(await codes('/dev/null')).toEqual(['device-kind'])
  })

  it('overwrites an older backup only when told, and finds nothing of it afterwards', async () => {
    const path = device()
    for (const text of ['the first, which is longer', 'second']) {
      if (text === 'second') expect(await codeOf(medium.create(path))).toBe('device-holds-archive')
      const writer = await medium.create(path, { overwrite: true })
      await feed(writer.sink, Buffer.from(text))
      await writer.commit()
      expect(String(await contentOf(medium, path))).toBe(text)
    }
  })

  it('tells what a killed writer left, and a part that was exchanged', async () => {
    const path = device()
    const writer = await medium.create(path)
    await feed(writer.sink, noise(300_000, 'x'))
    expect(await codeOf(medium.open(path))).toBe('volume-unfinished')
    expect(await codes(path)).toEqual(['device-holds-unfinished'])
    await writer.commit()
    const image = readFileSync(path)
    const moved = Buffer.from(image)
    image.copy(moved, 2 * 65_536, 3 * 65_536, 4 * 65_536)
    writeFileSync(path, moved)
    expect(await codeOf(contentOf(medium, path))).toBe('archive-unreadable')
  })
})
