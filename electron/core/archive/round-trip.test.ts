import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unescapeName } from './member-name.ts'
import { archiveKit, run, succeeds, treeOf } from './testing/archive-kit.ts'

const kit = archiveKit()
const eucName = Buffer.from([0xc6, 0xfc, 0xcb, 0xdc, 0xb8, 0xec])
const sjisName = Buffer.from([0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea])
const isRoot = process.getuid?.() === 0

function under(folder: string, ...names: (string | Buffer)[]): Buffer {
  return Buffer.concat([Buffer.from(folder), ...names.flatMap((name) => [Buffer.from('/'), Buffer.from(name)])])
}

function sampleTree(): string {
  const root = join(kit.newFolder(), 'サーバ')
  const long = 'ながい名前'.repeat(16)
  mkdirSync(join(root, '空'), { recursive: true })
  mkdirSync(join(root, long, long, 'a'.repeat(200)), { recursive: true })
  writeFileSync(join(root, long, long, 'a'.repeat(200), '終わり'), 'end')
  writeFileSync(join(root, `${'b'.repeat(120)}`), 'one component that no ustar prefix can take')
  writeFileSync(under(root, eucName), 'EUC-JP')
  mkdirSync(under(root, sjisName), { recursive: true })
  writeFileSync(under(root, sjisName, Buffer.concat([eucName, eucName])), 'both')
  const deep = under(root, Buffer.concat(Array(30).fill(eucName)))
  mkdirSync(deep)
  writeFileSync(Buffer.concat([deep, Buffer.from('/100% \n"名"')]), 'odd')
  symlinkSync(Buffer.concat([eucName, Buffer.from('/../x')]), join(root, 'to-bytes'))
  symlinkSync(`/どこか/${long}`, join(root, 'to-far'))
  writeFileSync(join(root, 'mail'), Buffer.alloc(3_000_001, 'mail '))
  linkSync(join(root, 'mail'), join(root, 'mail-2'))
  linkSync(join(root, 'mail'), join(root, '空でない'))
  writeFileSync(join(root, 'zero'), '')
  writeFileSync(join(root, 'block'), Buffer.alloc(512, 1))
  chmodSync(join(root, 'block'), 0o4751)
  writeFileSync(join(root, 'big'), 'x')
  truncateSync(join(root, 'big'), 64 * 1024 * 1024)
  utimesSync(join(root, 'zero'), 0, 1_700_000_000.123456)
  utimesSync(join(root, 'block'), 0, 0)
  lutimesSync(join(root, 'to-far'), 0, 86_400)
  if (isRoot) chownSync(join(root, 'block'), 4_000_000, 12_345)
  return root
}

function extract(path: string): string {
  const into = kit.newFolder()
  run('tar', '-C', into, '-xpf', path)
  return into
}

describe.each(['.tar.zst', '.tar.gz'])('an archive that ends in %s', (ending) => {
  it('is brought back byte for byte by GNU tar, and by nothing of ours', async () => {
    const root = sampleTree()
    const to = join(kit.newFolder(), `控え${ending}`)
    const made = await kit.create([root], to)
    const out = extract(to)
    expect(treeOf(join(out, root))).toEqual(treeOf(root))
    expect(run('sha256sum', to).split(' ')[0]).toBe(made.sha256)
    expect(readFileSync(to).length).toBe(made.bytes)

    const names = execFileSync('tar', ['-tf', to, '--quoting-style=literal', '--null'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    expect(names.toString('latin1')).toContain(eucName.toString('latin1'))
    const { summary, header } = await kit.verify(to)
    const { skipped, attributesKept, ...promised } = made
    expect(attributesKept).toBe(true)
    expect(summary).toEqual(promised)
    expect(skipped).toEqual([])
    expect(header.targets).toEqual([root])
    expect(summary.contentBytes).toBe(64 * 1024 * 1024 + 3_000_001 + 512 + 3 + 43 + 6 + 4 + 3)
  })

  it('lists every member with what it is', async () => {
    const root = sampleTree()
    const to = join(kit.newFolder(), `a${ending}`)
    const made = await kit.create([root], to)
    const entries = await kit.list(to)
    expect(entries.length).toBe(made.members - 1)
    expect(entries[0]?.path).toBe('.untenseki/header.json')
    const names = entries.slice(1).map((entry) => `/${unescapeName(entry.path).toString('latin1')}`)
    const prefix = Buffer.from(root).toString('latin1')
    expect(names.sort()).toEqual(
      treeOf(root)
        .map((line) => prefix + line.slice(1).split(/ \d+ \d+ \d+ \d+ \./)[0])
        .sort(),
    )
    const mail = entries.find((entry) => entry.path.endsWith('/mail'))
    expect(mail).toMatchObject({ type: 'file', size: 3_000_001 })
    const second = entries.find((entry) => entry.path.endsWith('/mail-2'))
    expect(second).toMatchObject({ type: 'hardlink', link: mail?.path, sha256: null })
    const manifest = readFileSync(join(extract(to), '.untenseki/manifest.jsonl'), 'utf8')
    expect(
      manifest
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(entries)
  })
})

it('is sound for the decompressing programs by themselves', async () => {
  const root = sampleTree()
  const zst = join(kit.newFolder(), 'a.tar.zst')
  const gz = join(kit.newFolder(), 'a.tar.gz')
  await kit.create([root], zst)
  await kit.create([root], gz)
  run('zstd', '-tq', zst)
  run('gzip', '-t', gz)
  const streams = [
    execFileSync('zstd', ['-dcq', zst], { maxBuffer: 1e9 }),
    execFileSync('gzip', ['-dc', gz], { maxBuffer: 1e9 }),
  ]
  expect(streams[0]?.equals(streams[1] ?? Buffer.alloc(0))).toBe(true)
})

it('gives equal bytes for equal trees', async () => {
  const root = sampleTree()
  const folder = kit.newFolder()
  const one = await kit.create([root], join(folder, 'one.tar.zst'))
  const two = await kit.create([root], join(folder, 'two.tar.zst'))
  expect(two.sha256).toBe(one.sha256)
})

it.skipIf(!succeeds('bsdtar', '--version'))('is brought back by bsdtar', async () => {
  const root = sampleTree()
  const to = join(kit.newFolder(), 'a.tar.zst')
  await kit.create([root], to)
  const into = kit.newFolder()
  run('bsdtar', '-C', into, '-xpf', to)
  expect(treeOf(join(into, root))).toEqual(treeOf(root))
})

it('keeps what a target that is a symlink points to, and nothing twice', async () => {
  const folder = kit.newFolder()
  const real = join(folder, 'disk2')
  mkdirSync(join(real, 'sub'), { recursive: true })
  writeFileSync(join(real, 'sub', 'data'), 'data')
  symlinkSync('disk2', join(folder, 'target'))
  const to = join(kit.newFolder(), 'a.tar.zst')
  await kit.create([join(folder, 'target'), join(real, 'sub'), `${real}/sub/`], to)
  const paths = (await kit.list(to)).map((entry) => `/${entry.path}`)
  expect(paths.slice(1)).toEqual([real, join(real, 'sub'), join(real, 'sub', 'data'), join(folder, 'target')])
})

type Node = { readonly [name: string]: Node | string }

const nodeName = fc
  .oneof(fc.constantFrom('a', 'b', '名前', 'メール'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }))
  .filter((name) => !/[/\0]/.test(name) && name !== '.' && name !== '..' && Buffer.from(name).length < 256)
const { tree } = fc.letrec<{ tree: Node; node: Node | string }>((tie) => ({
  node: fc.oneof({ maxDepth: 4 }, fc.string({ maxLength: 2000 }), tie('tree')),
  tree: fc.dictionary(nodeName, tie('node'), { maxKeys: 5, noNullPrototype: true }),
}))

function plant(folder: string, node: Node): void {
  mkdirSync(folder)
  for (const [name, child] of Object.entries(node)) {
    if (typeof child === 'string') writeFileSync(join(folder, name), child)
    else plant(join(folder, name), child)
  }
}

it('brings back any tree', async () => {
  await fc.assert(
    fc.asyncProperty(tree, fc.constantFrom('.tar.zst', '.tar.gz'), async (given, ending) => {
      const folder = kit.newFolder()
      const root = join(folder, 'root')
      plant(root, given)
      const to = join(folder, `a${ending}`)
      await kit.create([root], to)
      expect(treeOf(join(extract(to), root))).toEqual(treeOf(root))
      await kit.verify(to)
    }),
    { numRuns: 25 },
  )
})
