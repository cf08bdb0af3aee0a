import { spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemCalls } from './system-calls.ts'
import { archiveKit, run, succeeds, treeOf } from './testing/archive-kit.ts'

const kit = archiveKit()
const MIB = 1024 * 1024
const isRoot = process.getuid?.() === 0
const hasTools = succeeds('setfacl', '--version') && succeeds('setfattr', '--version')

/** Data at the given MiB, holes elsewhere. */
function sparseFile(path: string, size: number, ...dataAt: readonly number[]): void {
  const fd = openSync(path, 'w')
  for (const at of dataAt) writeSync(fd, Buffer.alloc(65_536, `${at} `), 0, 65_536, at * MIB)
  closeSync(fd)
  truncateSync(path, size)
}

function sparseTree(): string {
  const root = join(kit.newFolder(), '疎')
  mkdirSync(root)
  sparseFile(join(root, 'begins with data'), 20 * MIB, 0, 7)
  sparseFile(join(root, 'ends with data'), 9 * MIB + 65_536, 3, 9)
  sparseFile(join(root, 'ends oddly'), 5 * MIB + 12_345, 5)
  sparseFile(join(root, 'only a hole'), 4 * MIB)
  sparseFile(join(root, `${'長い名前'.repeat(20)}`), 8 * MIB, 2)
  sparseFile(join(root, 'beyond eight GiB'), 8.5 * 1024 * MIB, 8500)
  sparseFile(join(root, 'small'), 256 * 1024)
  writeFileSync(join(root, 'dense'), Buffer.alloc(MIB, 'dense'))
  return root
}

/** Digests of what is not too large for that. */
const contents = (root: string) =>
  run('sh', '-c', 'cd "$1" && find . -type f ! -size +1G | sort | xargs -d "\\n" sha256sum', 'sh', root).split('\n')

function dataAt(path: string, mib: number): string {
  const fd = openSync(path, 'r')
  const bytes = Buffer.alloc(4)
  readSync(fd, bytes, 0, 4, mib * MIB)
  closeSync(fd)
  return bytes.toString()
}

describe('a file with holes', () => {
  const readers: readonly (readonly [program: string, bring: (archive: string, into: string) => void])[] = [
    ['GNU tar', (archive, into) => run('tar', '-C', into, '-xpf', archive)],
    ['bsdtar', (archive, into) => run('bsdtar', '-C', into, '-xpf', archive)],
    [
      'Python',
      (archive, into) => {
        run('zstd', '-dqf', archive, '-o', join(into, 'a.tar'))
        run(
          'python3',
          '-c',
          `import tarfile; tarfile.open(${JSON.stringify(join(into, 'a.tar'))}).extractall(${JSON.stringify(into)})`,
        )
      },
    ],
  ]
  it('is brought back with its holes by GNU tar, bsdtar and Python', async () => {
    const root = sparseTree()
    const to = join(kit.newFolder(), 'a.tar.zst')
    const made = await kit.create([root], to)
    expect(made.bytes).toBeLessThan(MIB)
    const expected = contents(root)
    for (const [program, bring] of readers) {
      const into = kit.newFolder()
      bring(to, into)
      expect(contents(join(into, root)), program).toEqual(expected)
      const large = statSync(join(into, root, 'beyond eight GiB'))
      expect(large.size, program).toBe(8.5 * 1024 * MIB)
      expect(large.blocks * 512, program).toBeLessThan(64 * MIB)
      expect(dataAt(join(into, root, 'beyond eight GiB'), 8500), program).toBe('8500')
    }
    await kit.verify(to)
    const entries = await kit.list(to)
    const large = entries.find(({ path }) => path.endsWith('beyond eight GiB'))
    expect([large?.size, large?.stored]).toEqual([8.5 * 1024 * MIB, 65_536 + 512])
    expect(entries.find(({ path }) => path.endsWith('dense'))?.stored).toBeUndefined()
  }, 300_000)
})

describe.skipIf(!hasTools)('extended attributes and ACLs', () => {
  function attributedTree(): string {
    const root = join(kit.newFolder(), 'root')
    mkdirSync(join(root, 'folder'), { recursive: true })
    writeFileSync(join(root, 'file'), 'file')
    writeFileSync(join(root, 'none'), 'none')
    writeFileSync(join(root, 'large'), Buffer.alloc(3 * MIB, 'large'))
    run('setfattr', '-n', 'user.owner', '-v', '0x00ff0a3d', join(root, 'file'))
    run('setfattr', '-n', 'user.a=b%', '-v', '名前', join(root, 'file'))
    run('setfattr', '-n', 'user.x', '-v', 'y', join(root, 'large'))
    run('setfattr', '-n', 'user.folder', '-v', '1', join(root, 'folder'))
    run('setfacl', '-m', 'u:1234:rw,g:99:r', join(root, 'file'))
    run('setfacl', '-d', '-m', 'u:1234:rwx', join(root, 'folder'))
    return root
  }
  /** As the system's own programs tell them. */
  const attributes = (root: string) =>
    ['.', 'file', 'none', 'large', 'folder'].map((name) => {
      const dump = spawnSync('getfattr', ['-d', '-e', 'hex', '-m', '^user', name], { cwd: root, encoding: 'utf8' })
      const lines = dump.stdout.split('\n').sort().join('\n')
      return [lines, run('getfacl', '-cnpE', join(root, name))]
    })

  it('are brought back by GNU tar and listed', async () => {
    const root = attributedTree()
    const to = join(kit.newFolder(), 'a.tar.zst')
    const made = await kit.create([root], to)
    expect(made.attributesKept).toBe(true)
    const into = kit.newFolder()
    run('tar', '-C', into, '--xattrs', '--acls', '-xpf', to)
    expect(attributes(join(into, root))).toEqual(attributes(root))
    await kit.verify(to)
    const file = (await kit.list(to)).find(({ path }) => path.endsWith('/file'))
    expect(file?.xattrs).toEqual({
      'user.a=b%25': Buffer.from('名前').toString('base64'),
      'user.owner': Buffer.from([0, 255, 10, 61]).toString('base64'),
    })
    expect(file?.acl).toEqual({
      access: 'user::rw-,user:1234:rw-,group::r--,group:99:r--,mask::rw-,other::r--',
      default: null,
    })
  })

  it.skipIf(!isRoot || !succeeds('bsdtar', '--version'))('are brought back by bsdtar', async () => {
    const root = attributedTree()
    run('setfattr', '-x', 'user.a=b%', join(root, 'file'))
    const to = join(kit.newFolder(), 'a.tar.zst')
    await kit.create([root], to)
    const into = kit.newFolder()
    run('bsdtar', '-C', into, '--xattrs', '--acls', '-xpf', to)
    expect(attributes(join(into, root))).toEqual(attributes(root))
  })
})

describe('many files', () => {
  /** Enough that threads read them, with all that leaves the quick way here and there. */
  function manyFiles(): string {
    const root = join(kit.newFolder(), 'many')
    for (let folder = 0; folder < 30; folder += 1) {
      const path = join(root, `folder ${folder}`)
      mkdirSync(path, { recursive: true })
      for (let file = 0; file < 100; file += 1) {
        const name =
          file === 50 ? `名前 "${folder}"` : file === 51 ? '100%' : file === 52 ? 'n'.repeat(150) : `${file}.eml`
        writeFileSync(join(path, name), `${folder} ${file} `.repeat(file * 20))
      }
    }
    return root
  }

  it('give the same bytes as when they are read one after another by one thread', async () => {
    const root = manyFiles()
    const calls = systemCalls()
    calls?.setXattr(Buffer.from(join(root, 'folder 7', '7.eml')), Buffer.from('user.seven'), Buffer.from('7'))
    const folder = kit.newFolder()
    const threads = await kit.create([root], join(folder, 'a.tar.zst'))
    const alone = await kit.create([root], join(folder, 'b.tar.zst'), { workerPath: kit.builtFile('lone-worker') })
    expect(readFileSync(alone.path).equals(readFileSync(threads.path))).toBe(true)
    expect(threads.members).toBe(30 * 100 + 30 + 3)
    await kit.verify(threads.path)
    const into = kit.newFolder()
    run('tar', '-C', into, '-xpf', threads.path)
    expect(treeOf(join(into, root))).toEqual(treeOf(root))
  }, 120_000)
})
