import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Problem } from '../../../shared/model/problem.ts'
import { codecOf } from './codec.ts'
import { encodeSeal, readSeal } from './seal.ts'
import { archiveKit, problemOf, run } from './testing/archive-kit.ts'
import { verifyArchiveFile } from './verify-file.ts'

const kit = archiveKit()
const context = { now: () => performance.now(), checkCancelled: () => undefined, onProgress: () => undefined }

/** The same numbers in every run (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Incompressible and compressible files over several frames. */
function sampleTree(): string {
  const root = join(kit.newFolder(), 'mail')
  mkdirSync(join(root, 'spool'), { recursive: true })
  const random = seeded(1)
  for (let count = 0; count < 40; count += 1)
    writeFileSync(join(root, 'spool', `名前-${count}`), `${random(1e9)} `.repeat(random(300)))
  for (const name of ['master01', 'master02', 'master03']) {
    const content = Buffer.alloc(1_300_000)
    for (let at = 0; at < 40_000; at += 4) content.writeUInt32LE(random(2 ** 32), at)
    writeFileSync(join(root, name), content)
  }
  return root
}

describe.each(['zstd', 'gzip'] as const)('a damaged archive of %s frames', (kind) => {
  const ending = kind === 'zstd' ? '.tar.zst' : '.tar.gz'
  let root = ''
  let good: Buffer = Buffer.alloc(0)
  let damaged = ''
  let differing: string[] = []
  const verdict = async (bytes: Buffer): Promise<Problem> => {
    writeFileSync(damaged, bytes)
    differing = []
    const onDiffering = (members: readonly string[]) => void differing.push(...members)
    const problem = await problemOf(verifyArchiveFile(damaged, { ...context, onDiffering }))
    expect(problem.exitCode).toBe(13)
    return problem
  }
  const sealOf = async (bytes: Buffer) => {
    const readAt = async (offset: number, length: number) => bytes.subarray(offset, offset + length)
    const seal = await readSeal(readAt, bytes.length)
    return seal ?? expect.fail('the seal is not sound')
  }

  beforeAll(async () => {
    root = sampleTree()
    const folder = kit.newFolder()
    damaged = join(folder, `damaged${ending}`)
    await kit.create([root], join(folder, `good${ending}`))
    good = readFileSync(join(folder, `good${ending}`))
  })

  it('is found out for each of 200 flipped bits', async () => {
    const random = seeded(kind === 'zstd' ? 7 : 8)
    const { offset } = await sealOf(good)
    for (let count = 0; count < 200; count += 1) {
      const bytes = Buffer.from(good)
      const at = random(bytes.length)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8))
      const { code } = await verdict(bytes)
      expect(code, `bit of byte ${at}`).toBe(at < offset ? 'archive-member-differs' : 'archive-seal-differs')
    }
  })

  it('is found out for a flipped bit all over the seal and in the first bytes', async () => {
    const { offset } = await sealOf(good)
    const length = Math.ceil((good.length - offset) / 3)
    const places = [...Array(24).keys(), ...Array.from({ length }, (_, index) => offset + index * 3), good.length - 1]
    for (const at of places) {
      const bytes = Buffer.from(good)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8))
      const { code, params } = await verdict(bytes)
      expect(code).toBe(at < offset ? 'archive-member-differs' : 'archive-seal-differs')
      if (at < offset) expect(params.member).toBe('.untenseki/header.json')
    }
  })

  it('names the first member that has bytes in the damaged frame', async () => {
    const seal = await sealOf(good)
    const named: unknown[] = []
    for (const start of seal.starts) {
      const bytes = Buffer.from(good)
      bytes[start + 10] = (bytes[start + 10] ?? 0) ^ 4
      named.push((await verdict(bytes)).params.member)
    }
    const member = (name: string) => join(root, name).slice(1)
    expect(named).toEqual([
      '.untenseki/header.json',
      // The folder and its first database share a job, every other large file has frames of its own.
      root.slice(1),
      member('master01'),
      member('master02'),
      member('master02'),
      member('master03'),
      member('master03'),
      member('spool'),
      '.untenseki/manifest.jsonl',
    ])
  })

  it('names every member that has bytes in a damaged frame, and no other', async () => {
    const seal = await sealOf(good)
    const bytes = Buffer.from(good)
    const last = seal.starts[seal.manifestFrame - 1] ?? 0
    for (const start of [seal.starts[1] ?? 0, last]) bytes[start + 30] = (bytes[start + 30] ?? 0) ^ 4
    const { params } = await verdict(bytes)
    expect(params.count).toBe(differing.length)
    expect(String(params.members).split('\n')).toEqual(differing.slice(0, 10))
    expect(differing[0]).toBe(root.slice(1))
    expect(differing).toContain(join(root, 'spool', '名前-39').slice(1))
    expect(differing).not.toContain(join(root, 'master02').slice(1))
    expect(differing).not.toContain('.untenseki/header.json')
  })

  it('is found out wherever it is cut off', async () => {
    const { starts, offset } = await sealOf(good)
    const random = seeded(3)
    const cuts = [
      ...starts,
      offset,
      offset + 1,
      good.length - 1,
      ...Array.from({ length: 60 }, () => random(good.length)),
    ]
    for (const cut of cuts) {
      const { code } = await verdict(good.subarray(0, cut))
      expect(code, `cut at ${cut}`).toBe(cut < 4 ? 'archive-not-an-archive' : 'archive-truncated')
    }
  })

  it('is found out when something follows, were it an archive', async () => {
    for (const more of [Buffer.from([0]), Buffer.from('more'), good]) {
      const { code } = await verdict(Buffer.concat([good, more]))
      expect(['archive-trailing-bytes', 'archive-seal-differs', 'archive-damaged']).toContain(code)
    }
    const cutTwin = good.subarray(0, good.length - 1)
    expect((await verdict(Buffer.concat([cutTwin, good]))).code).toMatch(/^archive-/)
  })

  it('is found out when frames change places or fall out', async () => {
    const { starts, offset } = await sealOf(good)
    const part = (index: number) => good.subarray(starts[index] ?? 0, starts[index + 1] ?? offset)
    const seal = good.subarray(offset)
    await verdict(Buffer.concat([part(0), part(2), part(1), part(3), part(4), seal]))
    await verdict(Buffer.concat([part(0), part(1), part(3), part(4), seal]))
  })

  it('names the member whose content was forged under a fresh seal', async () => {
    const codec = codecOf(kind)
    const plain = spawnSync(kind === 'zstd' ? 'zstd' : 'gzip', ['-dcq'], { input: good, maxBuffer: 1e9 }).stdout
    const seal = await sealOf(good)
    const forge = async (change: (tar: Buffer) => void) => {
      const tar = Buffer.from(plain)
      change(tar)
      const frames: Buffer[] = []
      let at = 0
      for (const { raw } of seal.frames) {
        frames.push(await codec.compress(tar.subarray(at, at + raw), 3))
        at += raw
      }
      return resealed(frames)
    }
    const resealed = async (frames: readonly Buffer[]) => {
      const { createHash } = await import('node:crypto')
      const body = Buffer.concat(frames)
      const fresh = encodeSeal(codec, {
        frames: frames.map((frame, index) => ({
          length: frame.length,
          raw: seal.frames[index]?.raw ?? 0,
          sha256: createHash('sha256').update(frame).digest(),
        })),
        manifestFrame: seal.manifestFrame,
        sha256: createHash('sha256').update(body).digest(),
      })
      return Buffer.concat([body, fresh])
    }
    writeFileSync(damaged, await forge(() => undefined))
    await verifyArchiveFile(damaged, context)

    const nameAt = plain.indexOf('名前-7')
    const content = plain.indexOf(' ', nameAt + 1024 + 512)
    expect((await verdict(await forge((tar) => tar.fill('9', content, content + 1)))).params.member).toMatch(/名前-/)
    const master03 = Math.floor(plain.indexOf('/master03') / 512) * 512
    const two = await verdict(
      await forge((tar) => tar.fill('9', content, content + 1).fill(7, master03 + 9999, master03 + 10_000)),
    )
    expect(two.params).toMatchObject({ count: 2, member: join(root, 'master03').slice(1) })
    expect(differing).toEqual([join(root, 'master03').slice(1), expect.stringMatching(/spool\/名前-/)])
    const header = Math.floor(plain.indexOf('/master03') / 512) * 512
    const padding = header + 512 + 1_300_000
    expect((await verdict(await forge((tar) => tar.fill(1, padding, padding + 1)))).code).toBe('archive-member-differs')
    expect((await verdict(await forge((tar) => tar.fill(1, tar.length - 1)))).exitCode).toBe(13)
  })
})

it('is told apart from what is no archive of ours', async () => {
  const folder = kit.newFolder()
  const root = sampleTree()
  const files: [name: string, make: (path: string) => void][] = [
    ['empty.tar.zst', (path) => writeFileSync(path, '')],
    ['text.tar.zst', (path) => writeFileSync(path, 'これはバックアップではありません。\n'.repeat(50))],
    ['plain.tar', (path) => void run('tar', '-cf', path, root)],
    ['gnu.tar.zst', (path) => void run('tar', '--zstd', '-cf', path, root)],
    ['gnu.tar.gz', (path) => void run('tar', '-czf', path, root)],
    ['small.tar.zst', (path) => void run('tar', '--zstd', '-cf', path, join(root, 'spool'))],
    ['small.tar.gz', (path) => void run('tar', '-czf', path, join(root, 'spool'))],
  ]
  for (const [name, make] of files) {
    const path = join(folder, name)
    make(path)
    const problem = await problemOf(kit.verify(path))
    expect([name, problem.code, problem.exitCode]).toEqual([name, 'archive-not-an-archive', 13])
    expect((await problemOf(kit.list(path))).code).toBe('archive-not-an-archive')
  }
})

it('names the member that differs in an archive that another program packed anew', async () => {
  const root = join(kit.newFolder(), 'root')
  mkdirSync(root)
  for (const name of ['a', 'b', 'c']) writeFileSync(join(root, name), `content of ${name}\n`)
  const folder = kit.newFolder()
  const path = join(folder, 'a.tar.zst')
  await kit.create([root], path)
  const tar = spawnSync('zstd', ['-dcq', path]).stdout
  tar.write('CONTENT', tar.indexOf('content of b'))
  writeFileSync(join(folder, 'a.tar'), tar)
  run('zstd', '-q', '-f', join(folder, 'a.tar'), '-o', path)
  const problem = await problemOf(kit.verify(path))
  expect([problem.code, problem.params.member]).toEqual(['archive-member-differs', join(root, 'b').slice(1)])
})

it('says that the medium is at fault when there is nothing to read', async () => {
  const folder = kit.newFolder()
  const missing = await problemOf(kit.verify(join(folder, 'missing.tar.zst')))
  expect([missing.code, missing.exitCode]).toEqual(['archive-missing', 12])
  const unreadable = await problemOf(kit.verify(folder))
  expect([unreadable.code, unreadable.exitCode]).toEqual(['archive-unreadable', 12])
  if (process.getuid?.() === 0) return
  const closed = join(folder, 'closed.tar.zst')
  writeFileSync(closed, '')
  chmodSync(closed, 0)
  expect((await problemOf(kit.verify(closed))).code).toBe('archive-unreadable')
})
