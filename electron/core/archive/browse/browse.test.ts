import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type ArchiveSource, openSource } from '../archive-source.ts'
import { codecOf, FRAME_BYTES } from '../codec.ts'
import { type Member, manifestLine } from '../member.ts'
import { HEADER_NAME, MANIFEST_NAME } from '../member-name.ts'
import { encodeSeal } from '../seal.ts'
import { encodeHeader, padding, TAR_END } from '../tar-header.ts'
import { archiveKit, headerOf, problemOf } from '../testing/archive-kit.ts'
import { type ArchiveBrowser, openArchive, withArchive } from './open-archive.ts'

const kit = archiveKit()

async function everyPage(read: (next: string | null) => ReturnType<ArchiveBrowser['children']>): Promise<string[]> {
  const names: string[] = []
  let next: string | null = null
  do {
    const page = await read(next)
    names.push(...page.rows.map((row) => `${row.name}${row.entry === null ? ' (way)' : ''}`))
    next = page.next
  } while (next !== null)
  return names
}

it('shows folders page by page, the way to a target, and what a search finds', async () => {
  const root = join(kit.newFolder(), 'root')
  mkdirSync(join(root, 'a', 'deep', 'er'), { recursive: true })
  mkdirSync(join(root, 'a.b'))
  mkdirSync(join(root, 'a!'))
  for (const name of ['a/1', 'a/deep/2', 'a/deep/er/Quote"d', 'a!/x', 'a.b/100%', 'ａ', 'z'])
    writeFileSync(join(root, name), name)
  writeFileSync(Buffer.concat([Buffer.from(`${root}/a/`), Buffer.from([0xc6, 0xfc])]), 'EUC-JP')
  symlinkSync('z', join(root, 'link'))
  const archive = join(kit.newFolder(), 'a.tar.zst')
  await kit.create([root], archive)
  await withArchive(archive, async (browser) => {
    expect(browser.header.host).toBe('host-a')
    for (const limit of [1, 2, 3, 100]) {
      const list = (folder: string) => everyPage((next) => browser.children(folder, { limit, next }))
      expect(await list('/')).toEqual([`${root.split('/')[1]} (way)`])
      expect(await list(root)).toEqual(['a', 'a!', 'a.b', 'link', 'z', 'ａ'])
      expect(await list(join(root, 'a'))).toEqual(['1', 'deep', '%C6%FC'])
      expect(await list(join(root, 'a', 'deep', 'er'))).toEqual(['Quote"d'])
      expect(await list(join(root, 'z'))).toEqual([])
      expect(await list(join(root, 'none'))).toEqual([])
      const find = (text: string) => everyPage((next) => browser.search(text, { limit, next }))
      expect(await find('quote"D')).toEqual(['Quote"d'])
      expect(await find('/deep/')).toEqual(['2', 'er', 'Quote"d'])
      expect(await find('100%25')).toEqual(['100%25'])
      expect(await find('manifest.jsonl')).toEqual([])
    }
    expect((await browser.find(join(root, 'a', '1')))?.size).toBe(3)
    expect(await browser.find(join(root, 'a', '2'))).toBeNull()
  })
})

describe('an archive of 300,000 members', () => {
  let bytes: Buffer = Buffer.alloc(0)
  let read = 0
  const source: ArchiveSource = {
    path: '/large.tar.zst',
    get size() {
      return bytes.length
    },
    readAt: async (offset, length) => {
      read += length
      return bytes.subarray(offset, offset + length)
    },
  }

  beforeAll(async () => {
    const codec = codecOf('zstd')
    const common = { mode: 0o600, uid: 0, gid: 0, user: '', group: '', mtime: 0n, link: null } as const
    const file = (name: string, size: number): Member => ({ ...common, name: Buffer.from(name), type: 'file', size })
    const lines: Buffer[] = []
    const header = Buffer.from(JSON.stringify(headerOf(['/mail'])))
    lines.push(manifestLine(file(HEADER_NAME, header.length), null))
    lines.push(manifestLine({ ...common, name: Buffer.from('mail'), type: 'directory', size: 0 }, null))
    for (let folder = 0; folder < 30; folder += 1) {
      const name = `mail/${String(folder).padStart(2, '0')}`
      lines.push(manifestLine({ ...common, name: Buffer.from(name), type: 'directory', size: 0 }, null))
      for (let each = 0; each < 10_000; each += 1) {
        const sha256 = createHash('sha256').update(`${folder} ${each}`).digest('hex')
        lines.push(manifestLine(file(`${name}/${String(each).padStart(5, '0')}`, each), sha256))
      }
    }
    const member = (name: string, content: Buffer) =>
      Buffer.concat([encodeHeader(file(name, content.length)), content, Buffer.alloc(padding(content.length))])
    const first = member(HEADER_NAME, header)
    const rest = Buffer.concat([member(MANIFEST_NAME, Buffer.concat(lines)), TAR_END])
    const raws = [first]
    for (let at = 0; at < rest.length; at += FRAME_BYTES) raws.push(rest.subarray(at, at + FRAME_BYTES))
    const frames = await Promise.all(raws.map((raw) => codec.compress(raw, 1)))
    const body = Buffer.concat(frames)
    const table = frames.map((frame, index) => ({
      length: frame.length,
      raw: raws[index]?.length ?? 0,
      sha256: createHash('sha256').update(frame).digest(),
    }))
    const sha256 = createHash('sha256').update(body).digest()
    bytes = Buffer.concat([body, encodeSeal(codec, { frames: table, manifestFrame: 1, sha256 })])
  })

  it('stays open for as long as the caller wants', async () => {
    const path = join(kit.newFolder(), 'large.tar.zst')
    writeFileSync(path, bytes)
    const opened = await openSource(path)
    const browser = await openArchive(opened)
    expect((await browser.children('/mail', { limit: 1 })).rows[0]?.name).toBe('00')
    await opened.close()
    await expect(browser.search('no such text', { limit: 1 })).rejects.toThrow('archive-unreadable')
  })

  it('shows any page of any folder by reading a few frames', async () => {
    const browser = await openArchive(source)
    const before = read
    const page = await browser.children('/mail/17', { limit: 50, next: '04999' })
    expect(page.rows.map((row) => row.name)).toEqual(Array.from({ length: 50 }, (_, index) => `0${5000 + index}`))
    expect(page.next).toBe('05049')
    expect((await browser.children('/mail', { limit: 100 })).rows).toHaveLength(30)
    expect((await browser.find('/mail/29/09999'))?.size).toBe(9999)
    expect(read - before).toBeLessThan(1.2 * bytes.length)
    read = 0
    await (await openArchive(source)).children('/mail/03', { limit: 100 })
    expect(read).toBeLessThan(bytes.length / 3)
  })

  it('searches all of it', async () => {
    const browser = await openArchive(source)
    const { rows, next } = await browser.search('/29/0999', { limit: 100 })
    expect(rows.map((row) => row.path)).toEqual(Array.from({ length: 10 }, (_, index) => `/mail/29/0999${index}`))
    expect(next).toBeNull()
  })

  it('names the manifest when a frame of it is damaged', async () => {
    const broken = Buffer.from(bytes)
    broken.fill(7, 100_000, 100_100)
    const damaged = {
      ...source,
      size: broken.length,
      readAt: async (at: number, length: number) => broken.subarray(at, at + length),
    }
    const problem = await problemOf(openArchive(damaged).then((browser) => browser.search('29', { limit: 1e9 })))
    expect([problem.code, problem.params.member]).toEqual(['archive-member-differs', MANIFEST_NAME])
  })
})
