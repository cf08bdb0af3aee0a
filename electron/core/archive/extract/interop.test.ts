import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { archiveKit, problemOf, run, succeeds, treeOf } from '../testing/archive-kit.ts'
import { extractArchive, extractTo } from './extract.ts'
import { extractArchiveFile, type ForeignPolicy } from './extract-job.ts'

const kit = archiveKit()
const context = { now: () => performance.now(), checkCancelled: () => undefined, onProgress: () => undefined }
const foreign: ForeignPolicy = { specialFiles: false, setId: true, anyRatio: true }
const has = (program: string) => succeeds('sh', '-c', `command -v ${program}`)
const superuser = process.getuid?.() === 0

/** `short`: names that every format can hold. */
function sampleTree(root: string, short: boolean): void {
  mkdirSync(join(root, 'mail', 'empty'), { recursive: true })
  writeFileSync(join(root, 'mail', 'a'), 'one\n')
  linkSync(join(root, 'mail', 'a'), join(root, 'mail', 'b'))
  symlinkSync('mail/a', join(root, 'link'))
  writeFileSync(join(root, 'zero'), '')
  writeFileSync(join(root, 'block'), Buffer.alloc(1024, 7))
  chmodSync(join(root, 'block'), 0o640)
  writeFileSync(join(root, 'big'), Buffer.alloc(700_001, 'data base '))
  if (!short) {
    const long = join(root, 'ながい名前'.repeat(10), 'l'.repeat(180))
    mkdirSync(long, { recursive: true })
    writeFileSync(join(long, 'f'.repeat(120)), 'far down')
    symlinkSync('t'.repeat(200), join(root, 'to-far'))
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xc6, 0xfc, 0xcb, 0xdc])]), 'EUC-JP')
  }
  run('find', root, '-exec', 'touch', '-h', '-d', '2019-05-06 07:08:09', '{}', '+')
}

function sparseTree(root: string): void {
  mkdirSync(root)
  const path = join(root, 'sparse')
  const fd = openSync(path, 'w')
  for (const at of [0, 1_000_000, 4_194_304, 4_300_000, 9_000_000])
    writeSync(fd, Buffer.alloc(5000, at % 251), 0, 5000, at)
  for (let index = 0; index < 60; index += 1) writeSync(fd, Buffer.from('x'), 0, 1, 20_000_000 + index * 100_000)
  truncateSync(path, 40_000_000)
  writeFileSync(join(root, 'after'), 'what follows is found')
  run('find', root, '-exec', 'touch', '-d', '2019-05-06 07:08:09', '{}', '+')
}

async function extracted(archive: string): Promise<string> {
  const to = join(kit.newFolder(), 'to')
  const source = { kind: 'file', path: archive } as const
  await extractArchiveFile(
    { source, into: [{ prefix: '/', to }], select: null, rest: 'verify', outside: 'refuse', foreign },
    context,
  )
  return to
}

const python = (script: string, ...args: string[]) => run('python3', '-c', script, ...args)
const withTarfile = (format: string) => (from: string, to: string) =>
  void python(
    `import sys,tarfile\nt=tarfile.open(sys.argv[2],'w',format=tarfile.${format})\nt.add(sys.argv[1],arcname='root')\nt.close()`,
    join(from, 'root'),
    to,
  )
const withTar =
  (...flags: string[]) =>
  (from: string, to: string) =>
    void run('tar', '-C', from, '-cf', to, ...flags, 'root')
const withBsdtar = (format: string) => (from: string, to: string) =>
  void run('bsdtar', '-C', from, '-cf', to, '--format', format, 'root')

type Writer = (from: string, to: string) => void
const plain: readonly (readonly [program: string, what: string, short: boolean, write: Writer])[] = [
  ['tar', 'GNU tar, gnu', false, withTar('--format=gnu')],
  ['tar', 'GNU tar, oldgnu', false, withTar('--format=oldgnu')],
  ['tar', 'GNU tar, pax', false, withTar('--format=pax')],
  ['tar', 'GNU tar, ustar', true, withTar('--format=ustar')],
  ['tar', 'GNU tar, v7', true, withTar('--format=v7')],
  ['bsdtar', 'bsdtar, pax', false, withBsdtar('pax')],
  ['bsdtar', 'bsdtar, gnutar', false, withBsdtar('gnutar')],
  ['bsdtar', 'bsdtar, ustar', true, withBsdtar('ustar')],
  ['python3', 'tarfile, PAX', true, withTarfile('PAX_FORMAT')],
  ['python3', 'tarfile, GNU', true, withTarfile('GNU_FORMAT')],
  ['python3', 'tarfile, USTAR', true, withTarfile('USTAR_FORMAT')],
]
const sparse: readonly (readonly [program: string, what: string, write: Writer])[] = [
  ['tar', 'GNU tar, old GNU map', withTar('--sparse', '--format=gnu')],
  ['tar', 'GNU tar, map 0.0', withTar('--sparse', '--format=pax', '--sparse-version=0.0')],
  ['tar', 'GNU tar, map 0.1', withTar('--sparse', '--format=pax', '--sparse-version=0.1')],
  ['tar', 'GNU tar, map 1.0', withTar('--sparse', '--format=pax', '--sparse-version=1.0')],
  ['bsdtar', 'bsdtar, map 1.0', withBsdtar('pax')],
]

describe('what others write is read', () => {
  let long = ''
  let short = ''
  let holes = ''
  beforeAll(() => {
    long = kit.newFolder()
    short = kit.newFolder()
    holes = kit.newFolder()
    sampleTree(join(long, 'root'), false)
    sampleTree(join(short, 'root'), true)
    sparseTree(join(holes, 'root'))
  })

  it.for(plain)('%s: %s', async ([program, , isShort, write], test) => {
    if (!has(program)) test.skip(`${program} is not installed`)
    const from = isShort ? short : long
    const archive = join(kit.newFolder(), 'a.tar')
    write(from, archive)
    const to = await extracted(archive)
    expect(treeOf(join(to, 'root'))).toEqual(treeOf(join(from, 'root')))
  })

  it.for(sparse)('%s: sparse files, %s', async ([program, , write], test) => {
    if (!has(program)) test.skip(`${program} is not installed`)
    const archive = join(kit.newFolder(), 'a.tar')
    write(holes, archive)
    const to = await extracted(archive)
    expect(treeOf(join(to, 'root'))).toEqual(treeOf(join(holes, 'root')))
    expect(statSync(join(to, 'root', 'sparse')).blocks * 512).toBeLessThan(5_000_000)
  })

  it.each([
    ['zstd', ['-q', '-19', '--long=24']],
    ['zstd', ['-q', '-T2']],
    ['gzip', ['-9']],
  ] as const)('%s %j of a whole stream, and a stream in pieces', async (program, flags) => {
    const archive = join(kit.newFolder(), 'a.tar')
    withTar('--format=pax')(long, archive)
    const tar = readFileSync(archive)
    const pack = (bytes: Buffer) => spawnSync(program, [...flags, '-c'], { input: bytes, maxBuffer: 1e9 }).stdout
    const packed = join(kit.newFolder(), program === 'gzip' ? 'a.tar.gz' : 'a.tar.zst')
    for (const whole of [pack(tar), Buffer.concat([pack(tar.subarray(0, 10_000)), pack(tar.subarray(10_000))])]) {
      writeFileSync(packed, whole)
      expect(treeOf(join(await extracted(packed), 'root'))).toEqual(treeOf(join(long, 'root')))
      writeFileSync(packed, whole.subarray(0, whole.length - 40))
      const problem = await problemOf(extracted(packed))
      expect(['archive-truncated', 'archive-damaged', 'archive-tar-invalid']).toContain(problem.code)
    }
  })

  it('is said to be none of ours where only ours will do', async () => {
    const archive = join(kit.newFolder(), 'a.tar')
    withTar()(short, archive)
    const to = join(kit.newFolder(), 'to')
    const options = { archive, workerPath: kit.workerPath() }
    expect((await problemOf(extractTo(to, options))).code).toBe('archive-not-an-archive')
    expect((await problemOf(extractArchive({ ...options, into: [{ prefix: '/', to }] }))).code).toBe(
      'archive-not-an-archive',
    )
  })

  it('keeps extended attributes', async (test) => {
    if (!has('setfattr') || !succeeds('setfattr', '-n', 'user.probe', '-v', '1', join(long, 'root', 'zero')))
      test.skip('no extended attributes here')
    const archive = join(kit.newFolder(), 'a.tar')
    withTar('--format=pax', '--xattrs')(long, archive)
    const to = await extracted(archive)
    expect(run('getfattr', '--only-values', '-n', 'user.probe', join(to, 'root', 'zero'))).toBe('1')
  })
})

describe('what we write is read by', () => {
  const written = async (ending: string) => {
    const root = join(kit.newFolder(), 'root')
    sampleTree(root, false)
    const archive = join(kit.newFolder(), `a${ending}`)
    await kit.create([root], archive)
    return { root, archive }
  }

  it.for(['.tar.zst', '.tar.gz'])('bsdtar (%s)', async (ending, test) => {
    if (!has('bsdtar')) test.skip('bsdtar is not installed')
    const { root, archive } = await written(ending)
    const to = kit.newFolder()
    execFileSync('bsdtar', ['-C', to, '-xpf', archive], { stdio: 'pipe', env: { ...process.env, LC_ALL: 'C.UTF-8' } })
    expect(readdirSync(join(to, root)).length).toBe(readdirSync(root).length)
    expect(readFileSync(join(to, root, 'big')).equals(readFileSync(join(root, 'big')))).toBe(true)
    if (superuser) expect(treeOf(join(to, root, 'mail'))).toEqual(treeOf(join(root, 'mail')))
  })

  it("Python's tarfile, decompressed", async (test) => {
    if (!has('python3')) test.skip('python3 is not installed')
    const { root, archive } = await written('.tar.gz')
    const to = kit.newFolder()
    python(`import sys,tarfile\nt=tarfile.open(sys.argv[1],'r:gz')\nt.extractall(sys.argv[2])`, archive, to)
    expect(treeOf(join(to, root, 'mail')).map((line) => line.split(' ')[0])).toEqual(
      treeOf(join(root, 'mail')).map((line) => line.split(' ')[0]),
    )
    expect(readFileSync(join(to, root, 'big')).equals(readFileSync(join(root, 'big')))).toBe(true)
  })
})
