import { randomBytes } from 'node:crypto'
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { FRAME_BYTES } from '../codec.ts'
import { sha256Of } from '../hash.ts'
import { readManifest } from '../manifest-reader.ts'
import { memberOf, storedSize } from '../member.ts'
import { encodeSeal, type ReadSeal, readSeal } from '../seal.ts'
import { encodeHeader, padding } from '../tar-header.ts'
import { archiveKit, problemOf, treeOf } from '../testing/archive-kit.ts'
import { extractArchive, extractFiles, extractTo } from './extract.ts'

const kit = archiveKit()
const options = () => ({ workerPath: kit.workerPath() })
let root = ''
let archive = ''
let good: Buffer = Buffer.alloc(0)
let seal: ReadSeal

beforeAll(async () => {
  root = join(kit.newFolder(), 'root')
  for (let folder = 10; folder < 30; folder += 1) {
    const place = join(root, 'mail', `user${folder}`)
    mkdirSync(place, { recursive: true })
    for (let each = 0; each < 40; each += 1) writeFileSync(join(place, `m${each}`), randomBytes(3000 + each * 100))
    symlinkSync('m1', join(place, 'z-link'))
  }
  linkSync(join(root, 'mail', 'user12', 'm7'), join(root, 'mail', 'user29', 'z-far'))
  writeFileSync(join(root, 'area00'), randomBytes(3_000_000))
  writeFileSync(join(root, 'area01'), randomBytes(16_000_000))
  writeFileSync(join(root, 'sparse'), 'start')
  truncateSync(join(root, 'sparse'), 20_000_000)
  const fd = openSync(join(root, 'sparse'), 'r+')
  writeSync(fd, 'middle', 9_000_000)
  closeSync(fd)
  archive = join(kit.newFolder(), 'large.tar.zst')
  await kit.create([root], archive)
  good = readFileSync(archive)
  seal = await sealOf(good)
}, 120_000)

async function sealOf(bytes: Buffer): Promise<ReadSeal> {
  const found = await readSeal(async (at, length) => bytes.subarray(at, at + length), bytes.length)
  return found ?? expect.fail('no seal')
}

/** The frames, first and last, that hold a member. */
async function framesOf(path: string): Promise<readonly [number, number]> {
  const source = {
    path: archive,
    size: good.length,
    readAt: async (at: number, n: number) => good.subarray(at, at + n),
  }
  let at = 0
  for await (const entry of readManifest(source, seal)) {
    const member = memberOf(entry)
    const end = at + encodeHeader(member).length + storedSize(member) + padding(storedSize(member))
    if (`/${entry.path}` === path) return [frameAt(at), frameAt(end - 1)]
    at = end
  }
  return expect.fail(`no ${path}`)
}

function frameAt(at: number): number {
  let begin = 0
  return seal.frames.findIndex(({ raw }) => {
    begin += raw
    return at < begin
  })
}

/** A copy of the archive with a bit of this frame turned over. */
function damagedIn(...frames: readonly number[]): string {
  const bytes = Buffer.from(good)
  for (const frame of frames) {
    const at = (seal.starts[frame] ?? 0) + Math.floor((seal.frames[frame]?.length ?? 0) / 2)
    bytes[at] = (bytes[at] ?? 0) ^ 4
  }
  const path = join(kit.newFolder(), 'damaged.tar.zst')
  writeFileSync(path, bytes)
  return path
}

/** The folders on the way to what is chosen are made as they are needed, and have the time of that. */
function isChosen(line: string, select: readonly string[]): boolean {
  const name = line.split(' ', 1)[0] ?? ''
  return select.some((each) => name === `.${each}` || name.startsWith(`.${each.replace(/\/$/, '')}/`))
}

const wholeRead = async (select: readonly string[]) => {
  const to = join(kit.newFolder(), 'whole')
  const placed = await extractArchive({ ...options(), archive, into: [{ prefix: '/', to }], select })
  return { to, placed }
}

it.each([
  ['one small file', ['mail/user17/m3']],
  ['a folder', ['mail/user17']],
  ['files of several frames, side by side', ['area00', 'area01']],
  ['a file with holes, and folders apart from each other', ['sparse', 'mail/user11', 'mail/user28']],
  ['a hard link without its first name', ['mail/user29/z-far']],
  ['a hard link with its first name', ['mail/user29/z-far', 'mail/user12/m7']],
  ['everything', ['']],
])('gives the same for %s as when all of the archive is read', async (_what, names) => {
  const select = names.map((name) => join(root, name))
  const whole = await wholeRead(select)
  const to = join(kit.newFolder(), 'chosen')
  const { partRead, ...placed } = await extractTo(to, { ...options(), archive, select })
  const seen = (place: string) => treeOf(place).map((line) => (isChosen(line, select) ? line : line.split(' ')[0]))
  expect(seen(to)).toEqual(seen(whole.to))
  expect(seen(to).length).toBeGreaterThan(select.length)
  expect({ ...placed, partRead: null }).toEqual(whole.placed)
  expect(partRead?.bytes).toBe(good.length)
})

it('reads a small part of the file for a small file, as the kernel counts it', async () => {
  const readSoFar = () => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
  const before = readSoFar()
  const to = join(kit.newFolder(), 'to')
  const { partRead } = await extractTo(to, { ...options(), archive, select: [join(root, 'mail', 'user17', 'm3')] })
  expect(readSoFar() - before).toBeLessThan(good.length / 4)
  expect(partRead?.bytesRead).toBeLessThan(good.length / 8)
})

it('is not stopped by damage where nothing was chosen, which reading all of the archive still finds', async () => {
  const path = join(root, 'mail', 'user17', 'm3')
  const [first, last] = await framesOf(path)
  const elsewhere = Array.from({ length: seal.manifestFrame }, (_, each) => each)
  const damaged = damagedIn(...elsewhere.filter((each) => each > 0 && (each < first || each > last)))
  const to = join(kit.newFolder(), 'to')
  await extractTo(to, { ...options(), archive: damaged, select: [path] })
  expect(readFileSync(join(to, path)).equals(readFileSync(path))).toBe(true)
  const all = extractFiles(damaged, [path], join(kit.newFolder(), 'all'), options())
  expect((await problemOf(all)).code).toBe('archive-member-differs')
})

it.each([0, 1, 2])(
  'names the chosen member that a damaged frame holds (frame %d of it), and leaves nothing',
  async (nth) => {
    const path = join(root, 'area01')
    const [first] = await framesOf(path)
    const folder = kit.newFolder()
    const select = [path, join(root, 'sparse')]
    const problem = await problemOf(
      extractTo(join(folder, 'to'), { ...options(), archive: damagedIn(first + nth), select }),
    )
    expect([problem.code, problem.exitCode, problem.params.member]).toEqual([
      'archive-member-differs',
      13,
      path.slice(1),
    ])
    expect(readdirSync(folder)).toEqual([])
  },
)

/** A copy under a fresh seal of which something was changed in this frame. */
async function forged(number: number, change: (raw: Buffer) => void): Promise<string> {
  const { codec } = seal
  const frames = await Promise.all(
    seal.frames.map(async ({ length }, each) => {
      const at = seal.starts[each] ?? 0
      const compressed = good.subarray(at, at + length)
      const raw = await codec.decompress(compressed, FRAME_BYTES)
      if (each !== number) return { compressed, raw: raw.length }
      change(raw)
      return { compressed: await codec.compress(raw, 3), raw: raw.length }
    }),
  )
  const stream = Buffer.concat(frames.map(({ compressed }) => compressed))
  const table = frames.map(({ compressed, raw }) => ({ length: compressed.length, raw, sha256: sha256Of(compressed) }))
  const fresh = encodeSeal(codec, { frames: table, manifestFrame: seal.manifestFrame, sha256: sha256Of(stream) })
  const path = join(kit.newFolder(), 'forged.tar.zst')
  writeFileSync(path, Buffer.concat([stream, fresh]))
  return path
}

it('refuses content that the manifest does not vouch for, though each frame is what its seal says', async () => {
  const path = join(root, 'mail', 'user17', 'm3')
  const [number] = await framesOf(path)
  const content = readFileSync(path)
  const forgery = await forged(number, (raw) => {
    const place = raw.indexOf(content.subarray(0, 100)) + 50
    raw[place] = (raw[place] ?? 0) ^ 1
  })
  const folder = kit.newFolder()
  const problem = await problemOf(extractTo(join(folder, 'to'), { ...options(), archive: forgery, select: [path] }))
  expect([problem.code, problem.params.member]).toEqual(['archive-member-differs', path.slice(1)])
  expect(readdirSync(folder)).toEqual([])
  await extractTo(join(folder, 'other'), { ...options(), archive: forgery, select: [join(root, 'area00')] })
})

it.each(['16000512', '15999488', '99999999'])(
  'refuses a manifest whose sizes (%s) do not add up, though what was chosen is good',
  async (size) => {
    const forgery = await forged(seal.manifestFrame, (raw) => raw.write(size, raw.indexOf('"size":16000000') + 7))
    const folder = kit.newFolder()
    const select = [join(root, 'area00')]
    const problem = await problemOf(extractTo(join(folder, 'to'), { ...options(), archive: forgery, select }))
    expect([problem.code, problem.exitCode]).toEqual(['archive-manifest-differs', 13])
    expect(readdirSync(folder)).toEqual([])
  },
)

it('reads all of an archive whose seal is lost, and finds the damage there', async () => {
  const path = join(root, 'mail', 'user17', 'm3')
  const cut = join(kit.newFolder(), 'cut.tar.zst')
  writeFileSync(cut, good.subarray(0, good.length - 1))
  const folder = kit.newFolder()
  const problem = await problemOf(extractTo(join(folder, 'to'), { ...options(), archive: cut, select: [path] }))
  expect(problem.exitCode).toBe(13)
  expect(readdirSync(folder)).toEqual([])
})
