import {
  chmodSync,
  fstatSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, it, vi } from 'vitest'
import { codecOf, FRAME_LIMIT } from '../codec.ts'
import { extractArchive } from '../extract/extract.ts'
import { extractArchiveFile } from '../extract/extract-job.ts'
import { placingCalls } from '../extract/placing-calls.ts'
import { sha256Of } from '../hash.ts'
import { encodeSeal, readSeal } from '../seal.ts'
import { archiveKit, problemOf, run, treeOf } from '../testing/archive-kit.ts'
import { verifyArchive } from '../verify.ts'
import { cutParts } from './cut-parts.ts'

const kit = archiveKit()
const superuser = process.getuid?.() === 0
let root = ''
let archive = ''
let good: Buffer = Buffer.alloc(0)
/** A target that is one file, another that is a link to one; the archive of both and of the large tree. */
let database = ''
let linked = ''
let mixed = ''
const MEMORY = '/dev/shm'
const hasMemory = statSync(MEMORY, { throwIfNoEntry: false })?.dev !== statSync(tmpdir()).dev

/** Enough for several parts: small files in many folders, links between them, files of several frames. */
function largeTree(): string {
  const made = join(kit.newFolder(), 'root')
  for (let folder = 0; folder < 30; folder += 1) {
    const place = join(made, 'mail', `user${folder}`)
    mkdirSync(place, { recursive: true })
    for (let each = 0; each < 40; each += 1)
      writeFileSync(join(place, `m${each}`), `${folder}/${each} `.repeat(900 + each * 20))
    linkSync(join(place, 'm0'), join(place, 'z-same'))
    symlinkSync('m1', join(place, 'z-link'))
  }
  linkSync(join(made, 'mail', 'user3', 'm7'), join(made, 'mail', 'user29', 'z-far'))
  mkdirSync(join(made, 'empty'))
  chmodSync(join(made, 'mail', 'user7'), 0o500)
  for (const name of ['area00', 'area01']) {
    const content = Buffer.alloc(9_000_000)
    for (let at = 0; at < content.length; at += 4)
      content.writeUInt32LE(Math.imul(at + name.length, 2654435761) >>> 0, at)
    writeFileSync(join(made, name), content)
  }
  run(
    'touch',
    '-d',
    '2019-05-06 07:08:09.123456789',
    join(made, 'empty'),
    join(made, 'mail', 'user3'),
    join(made, 'mail'),
  )
  return made
}

const options = () => ({ workerPath: kit.workerPath() })
const alone = () => ({ workerPath: kit.builtFile('lone-worker') })

beforeAll(async () => {
  root = largeTree()
  archive = join(kit.newFolder(), 'large.tar.zst')
  await kit.create([root], archive)
  good = readFileSync(archive)
  const far = join(kit.newFolder(), 'way', 'to')
  mkdirSync(join(far, 'links'), { recursive: true })
  database = join(far, 'master01')
  writeFileSync(database, Buffer.alloc(300_000, 'database '))
  mkdirSync(join(far, 'real', 'place'), { recursive: true })
  writeFileSync(join(far, 'real', 'place', 'area'), 'area')
  linked = join(far, 'links', 'area')
  symlinkSync('../real/place/area', linked)
  mixed = join(kit.newFolder(), 'mixed.tar.zst')
  await kit.create([root, database, linked], mixed)
}, 120_000)

it('is cut into several parts', async () => {
  const seal = await readSeal(async (at, length) => good.subarray(at, at + length), good.length)
  expect(seal === null ? 0 : cutParts(seal).length).toBeGreaterThan(3)
})

it('is found by several threads to be what one thread finds', async () => {
  expect(await verifyArchive(archive, options())).toEqual(await verifyArchive(archive, alone()))
})

it('is put in place by several threads as it was', async () => {
  const to = join(kit.newFolder(), 'restored')
  const extracted = await extractArchive({ ...options(), archive, into: [{ prefix: root, to }] })
  expect(treeOf(to)).toEqual(treeOf(root))
  const [members, bytes] = [extracted.members, extracted.bytes]
  const once = await extractArchive({ ...alone(), archive, into: [{ prefix: root, to: join(kit.newFolder(), 'r') }] })
  expect([members, bytes]).toEqual([once.members, once.bytes])
})

it.runIf(superuser)('fills an empty folder that was there', async () => {
  const to = kit.newFolder()
  await extractArchive({ ...options(), archive, into: [{ prefix: root, to }] })
  expect(treeOf(to)).toEqual(treeOf(root))
})

it('makes folders above targets that are files as one thread does', async () => {
  const modesOf = (to: string) => treeOf(to).map((line) => line.split(' ').slice(0, 2).join(' '))
  const [many, once] = [join(kit.newFolder(), 'many'), join(kit.newFolder(), 'once')]
  await extractArchive({ ...options(), archive: mixed, into: [{ prefix: '/', to: many }] })
  await extractArchive({ ...alone(), archive: mixed, into: [{ prefix: '/', to: once }] })
  expect(modesOf(many)).toEqual(modesOf(once))
  expect(treeOf(join(many, root))).toEqual(treeOf(root))
})

it.runIf(hasMemory)('is synced on every file system that something went to, be it one file', async () => {
  const memory = mkdtempSync(join(MEMORY, 'archive-'))
  const calls = placingCalls()
  const devices = new Set<number>()
  const sync = calls.syncFileSystem
  const spy = vi.spyOn(calls, 'syncFileSystem').mockImplementation((fd) => {
    devices.add(fstatSync(fd).dev)
    sync(fd)
  })
  try {
    const to = join(kit.newFolder(), 'restored')
    await extractArchiveFile(
      {
        source: { kind: 'file', path: mixed },
        into: [
          { prefix: root, to },
          { prefix: database, to: join(memory, 'master01') },
        ],
        select: null,
        rest: 'verify',
        outside: 'skip',
        foreign: null,
      },
      {
        now: () => performance.now(),
        checkCancelled: () => undefined,
        onProgress: () => undefined,
        readerPath: kit.builtFile('archive-reader'),
      },
    )
    expect(readFileSync(join(memory, 'master01')).equals(readFileSync(database))).toBe(true)
    expect(devices).toEqual(new Set([statSync(to).dev, statSync(memory).dev]))
  } finally {
    spy.mockRestore()
    rmSync(memory, { recursive: true })
  }
})

it('is refused by several threads for what one thread names, wherever a bit is flipped', async () => {
  const damaged = join(kit.newFolder(), 'damaged.tar.zst')
  const problems = new Set<string>()
  const inTheFirstFrame = 40
  const flips = [0.5, 1.5, 2.5, 3.5].map((turn) => Math.floor((turn / 4) * good.length))
  for (const at of [inTheFirstFrame, ...flips]) {
    const bytes = Buffer.from(good)
    bytes[at] = (bytes[at] ?? 0) ^ 0x10
    writeFileSync(damaged, bytes)
    const problem = await problemOf(verifyArchive(damaged, options()))
    expect(problem).toEqual(await problemOf(verifyArchive(damaged, alone())))
    problems.add(problem.code)
  }
  expect(problems).toContain('archive-member-differs')
}, 300_000)

it('has all that differs named by several threads, too, when the first frame and a later one are damaged', async () => {
  const damaged = join(kit.newFolder(), 'damaged.tar.zst')
  const seal = await readSeal(async (at, length) => good.subarray(at, at + length), good.length)
  if (seal === null) return expect.fail('the seal is not sound')
  const bytes = Buffer.from(good)
  for (const at of [40, (seal.starts[seal.manifestFrame - 2] ?? 0) + 40]) bytes[at] = (bytes[at] ?? 0) ^ 0x10
  writeFileSync(damaged, bytes)
  const differingBy = async (workers: { readonly workerPath: string }) => {
    const members: string[] = []
    const onDiffering = (some: readonly string[]) => void members.push(...some)
    return { problem: await problemOf(verifyArchive(damaged, { ...workers, onDiffering })), members }
  }
  const found = await differingBy(options())
  expect(found.members.length).toBeGreaterThan(2)
  expect(found).toEqual(await differingBy(alone()))
})

it('is refused with a seal that says the manifest comes first', async () => {
  const seal = await readSeal(async (at, length) => good.subarray(at, at + length), good.length)
  if (seal === null) return expect.fail('the seal is not sound')
  const path = join(kit.newFolder(), 'crafted.tar.zst')
  const crafted = encodeSeal(seal.codec, { frames: seal.frames, manifestFrame: 0, sha256: seal.sha256 })
  writeFileSync(path, Buffer.concat([good.subarray(0, seal.offset), crafted]))
  const problem = await problemOf(verifyArchive(path, options()))
  expect([problem.code, problem.exitCode]).toEqual(['archive-seal-differs', 13])
  const into = [{ prefix: root, to: join(kit.newFolder(), 'restored') }]
  expect(await problemOf(extractArchive({ ...options(), archive: path, into }))).toEqual(problem)
}, 60_000)

it('never counts as put in place what is damaged', async () => {
  const damaged = join(kit.newFolder(), 'damaged.tar.zst')
  const bytes = Buffer.from(good)
  const at = Math.floor(good.length / 3)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(damaged, bytes)
  const to = join(kit.newFolder(), 'restored')
  const problem = await problemOf(extractArchive({ ...options(), archive: damaged, into: [{ prefix: root, to }] }))
  expect(problem.code).toBe('archive-member-differs')
})

it('is refused when a content was forged under a fresh seal', async () => {
  const codec = codecOf('zstd')
  const seal = await readSeal(async (at, length) => good.subarray(at, at + length), good.length)
  if (seal === null) return expect.fail('the seal is not sound')
  const forged = Math.floor(seal.manifestFrame / 2)
  const pieces = seal.frames.map(({ length }, index) =>
    good.subarray(seal.starts[index], (seal.starts[index] ?? 0) + length),
  )
  const raw = await codec.decompress(pieces[forged] ?? Buffer.alloc(0), FRAME_LIMIT)
  raw[raw.length - 600] = (raw[raw.length - 600] ?? 0) ^ 1
  pieces[forged] = await codec.compress(raw, 3)
  const frames = pieces.map((piece, index) => ({
    length: piece.length,
    raw: seal.frames[index]?.raw ?? 0,
    sha256: sha256Of(piece),
  }))
  const before = Buffer.concat(pieces)
  const path = join(kit.newFolder(), 'forged.tar.zst')
  const fresh = encodeSeal(codec, { frames, manifestFrame: seal.manifestFrame, sha256: sha256Of(before) })
  writeFileSync(path, Buffer.concat([before, fresh]))
  expect((await problemOf(verifyArchive(path, options()))).code).toBe('archive-member-differs')
  const into = [{ prefix: root, to: join(kit.newFolder(), 'restored') }]
  expect((await problemOf(extractArchive({ ...options(), archive: path, into }))).code).toBe('archive-member-differs')
})
