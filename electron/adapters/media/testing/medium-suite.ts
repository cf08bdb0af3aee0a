import { createCipheriv, createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { toProblem } from '../../../../shared/model/problem.ts'
import type { Medium, MediumReader, MediumSink } from '../../../core/ports/medium.ts'

/** What the suite needs of an adapter. */
export type MediumSubject = {
  readonly medium: Medium
  /** An absolute path where an archive of some 3 MB can be written, a new one each time. */
  readonly newPlace: () => string
  /** A place that takes fewer than 8 MB; null where this machine cannot make one. */
  readonly smallPlace: () => string | null
  /** Whether the archive has a name that it can lose. A device keeps its name whatever it holds. */
  readonly named: boolean
}

const codeOf = (work: Promise<unknown>): Promise<string | null> =>
  work.then(
    () => null,
    (thrown) => toProblem(thrown).code,
  )

/** Bytes that no medium and no compressor can guess, the same for the same seed. */
export function noise(bytes: number, seed: string): Buffer {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes))
}

/** Hands bytes to a medium in pieces of odd lengths, as compressed frames come. */
export async function feed(sink: MediumSink, bytes: Buffer): Promise<void> {
  for (let at = 0, piece = 1; at < bytes.length; piece = (piece * 7 + 12_345) % 1_000_003) {
    const part = bytes.subarray(at, at + piece)
    if (sink.kind === 'stream') await sink.write(part)
    else for (let done = 0; done < part.length; ) done += writeSync(sink.fd, part, done)
    at += part.length
  }
}

async function store(medium: Medium, path: string, bytes: Buffer): Promise<void> {
  const writer = await medium.create(path)
  await feed(writer.sink, bytes)
  await writer.commit()
}

async function reading<Value>(medium: Medium, path: string, use: (reader: MediumReader) => Promise<Value>) {
  const reader = await medium.open(path)
  try {
    return await use(reader)
  } finally {
    await reader.close()
  }
}

export const contentOf = (medium: Medium, path: string): Promise<Buffer> =>
  reading(medium, path, (reader) => reader.readAt(0, reader.size))

/** The law of the port `Medium`, for every adapter. `subject` is asked anew by each test. */
export function describeMedium(name: string, subject: () => MediumSubject | null): void {
  const lawful = (title: string, test: (subject: MediumSubject) => Promise<void>) =>
    it(title, async (context) => {
      const found = subject()
      if (found === null) return context.skip('this machine, or this account, cannot make such a medium')
      await test(found)
    })

  describe(`Medium: ${name}`, () => {
    lawful('says that a new place can be written, changing nothing', async ({ medium, newPlace }) => {
      const path = newPlace()
      expect(await medium.check(path, { needBytes: 1000, targets: ['/nowhere'] })).toEqual([])
      expect(await medium.check(path)).toEqual([])
      expect(await codeOf(medium.open(path))).not.toBeNull()
    })

    lawful('refuses what is no absolute path, and what is too small', async ({ medium, newPlace }) => {
      expect((await medium.check('a.tar.zst')).map(({ code }) => code)).toEqual(['archive-path-relative'])
      const codes = (await medium.check(newPlace(), { needBytes: Number.MAX_SAFE_INTEGER })).map(({ code }) => code)
      expect(codes).toEqual(['medium-too-small'])
    })

    lawful('gives back every byte that was written, anywhere', async ({ medium, newPlace }) => {
      const path = newPlace()
      const bytes = noise(3_000_001, path)
      await store(medium, path, bytes)
      await reading(medium, path, async ({ size, readAt }) => {
        expect(size).toBe(bytes.length)
        const places = [0, 1, 511, 512, 10_239, 1_048_575, 1_048_576, 2_999_990]
        for (const at of places) {
          for (const length of [1, 512, 70_000])
            expect((await readAt(at, length)).equals(bytes.subarray(at, at + length)), `${at}+${length}`).toBe(true)
        }
        expect((await readAt(size, 10)).length).toBe(0)
      })
    })

    lawful('keeps an empty archive and one of a single byte', async ({ medium, newPlace }) => {
      for (const bytes of [Buffer.alloc(0), Buffer.from('x')]) {
        const path = newPlace()
        await store(medium, path, bytes)
        expect((await contentOf(medium, path)).equals(bytes)).toBe(true)
      }
    })

    lawful('knows whether that very archive stands there', async ({ medium, newPlace, named }) => {
      const path = newPlace()
      const bytes = noise(300_000, path)
      await store(medium, path, bytes)
      const known = { path, bytes: bytes.length, volumes: await reading(medium, path, ({ mark }) => mark()) }
      expect(await medium.isPresent(known)).toBe(true)
      expect(await medium.isPresent({ ...known, bytes: bytes.length - 1 })).toBe(false)
      await medium.reject(path)
      expect(await medium.isPresent(known)).toBe(false)
      await medium.remove(path)
      expect(await medium.isPresent(known)).toBe(false)
      await store(medium, path, noise(300_000, 'another of that length'))
      // A name is never taken twice by this product; a device is, and what it holds has to be looked at.
      if (!named) expect(await medium.isPresent(known)).toBe(false)
      expect(await medium.isPresent({ ...known, path: '/nowhere/a.tar.zst' })).toBe(false)
    })

    lawful('shows nothing as an archive before it is whole', async ({ medium, newPlace }) => {
      const path = newPlace()
      const writer = await medium.create(path)
      await feed(writer.sink, noise(2_000_000, path))
      expect(await codeOf(medium.open(path))).not.toBeNull()
      expect(await medium.check(path)).not.toEqual([])
      expect(await codeOf(medium.create(path))).not.toBeNull()
      await writer.discard()
      expect(await medium.check(path)).toEqual([])
    })

    lawful('never overwrites an archive', async ({ medium, newPlace }) => {
      const path = newPlace()
      const bytes = noise(100_000, path)
      await store(medium, path, bytes)
      const [found] = await medium.check(path)
      expect(found?.exitCode).toBe(12)
      expect(await codeOf(medium.create(path))).toBe(found?.code)
      expect((await contentOf(medium, path)).equals(bytes)).toBe(true)
    })

    lawful('leaves a full medium as it was', async ({ medium, smallPlace }) => {
      const path = smallPlace()
      if (path === null) return
      const writer = await medium.create(path)
      const code = await codeOf(feed(writer.sink, noise(8_000_000, path)))
      expect(['medium-full', 'medium-next-volume', 'ENOSPC']).toContain(code === 'internal' ? 'ENOSPC' : code)
      await writer.discard()
      expect(await medium.check(path)).toEqual([])
    })

    lawful('takes an archive away, and does so twice without complaint', async ({ medium, newPlace }) => {
      const path = newPlace()
      await store(medium, path, noise(50_000, path))
      await medium.remove(path)
      await medium.remove(path)
      expect(await codeOf(medium.open(path))).not.toBeNull()
      expect(await medium.check(path)).toEqual([])
      await medium.discardUnfinished(path)
    })

    lawful('takes a bad archive off its name and keeps it', async ({ medium, newPlace, named }) => {
      const path = newPlace()
      const bytes = noise(50_000, path)
      await store(medium, path, bytes)
      const rejected = await medium.reject(path)
      expect((await contentOf(medium, rejected)).equals(bytes)).toBe(true)
      if (!named) return expect(await medium.check(path)).not.toEqual([])
      expect(await codeOf(medium.open(path))).toBe('archive-missing')
      expect(await medium.check(path)).toEqual([])
    })
  })
}
