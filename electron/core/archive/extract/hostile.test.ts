import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { archiveKit, problemOf } from '../testing/archive-kit.ts'
import { base256, paxHeader, tarHeader, tarMember, tarOf } from '../testing/tar-builder.ts'
import { extractTo } from './extract.ts'
import { extractArchiveFile, type ForeignPolicy } from './extract-job.ts'

const kit = archiveKit()
const context = { now: () => performance.now(), checkCancelled: () => undefined, onProgress: () => undefined }
const strict: ForeignPolicy = { specialFiles: false, setId: false, anyRatio: false }

function extractForeign(bytes: Buffer, folder: string, foreign: Partial<ForeignPolicy> = {}, ending = 'tar') {
  const archive = join(kit.newFolder(), `hostile.${ending}`)
  writeFileSync(archive, bytes)
  return extractTo(join(folder, 'to'), {
    archive,
    workerPath: kit.workerPath(),
    foreign: { ...strict, ...foreign },
  })
}

const good = tarMember({ name: 'good' }, 'good')
const link = (name: string, to: string) => tarMember({ name, flag: '2', link: to })
const hard = (name: string, to: string) => tarMember({ name, flag: '1', link: to })
const folder = (name: string) => tarMember({ name: `${name}/`, flag: '5', mode: '0000755\0' })

/** Deeper than a path of the system may be long, each part being as long as a name may be. */
const longWay = Array.from({ length: 20 }, (_, index) => String.fromCharCode(97 + index).repeat(250))

const cases: readonly (readonly [what: string, code: string, parts: readonly Buffer[]])[] = [
  ['an absolute name', 'archive-name-unsafe', [tarMember({ name: '/tmp/evil' }, 'x')]],
  ['an absolute name behind ./', 'archive-name-unsafe', [paxHeader([['path', './/../evil']]), tarMember({}, 'x')]],
  ['a name that climbs', 'archive-name-unsafe', [tarMember({ name: '../evil' }, 'x')]],
  ['a name that climbs in its middle', 'archive-name-unsafe', [tarMember({ name: 'a/../../evil' }, 'x')]],
  ['a folder name that climbs (node-tar, python tarfile)', 'archive-name-unsafe', [folder('a/..')]],
  [
    'a climbing name in a pax record',
    'archive-name-unsafe',
    [paxHeader([['path', 'a/../../evil']]), tarMember({}, 'x')],
  ],
  ['a climbing GNU long name', 'archive-name-unsafe', [tarMember({ flag: 'L' }, '../../evil\0'), tarMember({}, 'x')]],
  ['a NUL in a pax name', 'archive-name-unsafe', [paxHeader([['path', 'a\0/../b']]), tarMember({}, 'x')]],
  ['an empty name', 'archive-name-unsafe', [tarMember({ name: '' }, 'x')]],
  ['a name with an empty part', 'archive-name-unsafe', [tarMember({ name: 'a//b' }, 'x')]],
  [
    'thousands of folders in one name (node-tar 2024)',
    'archive-name-unsafe',
    [paxHeader([['path', 'd/'.repeat(2000)]]), tarMember({ flag: '5' })],
  ],
  ['a link out of the root', 'archive-link-unsafe', [link('l', '../../outside')]],
  ['an absolute link', 'archive-link-unsafe', [link('l', '/etc')]],
  [
    'a link that climbs by way of another link (python tarfile 2025)',
    'archive-link-unsafe',
    [folder('a'), link('a/b', '.'), link('c', 'a/b/../..')],
  ],
  [
    'a member behind a link (bsd tar, node-tar 2021)',
    'archive-link-unsafe',
    [folder('real'), link('way', 'real'), tarMember({ name: 'way/evil' }, 'x')],
  ],
  ['a folder in the place of a link', 'archive-member-twice', [link('way', 'good'), folder('way')]],
  [
    'a folder made by a link first and used later (tar-rs 2021)',
    'archive-link-unsafe',
    [link('way', '.'), folder('way/new')],
  ],
  ['a hard link out of the root', 'archive-link-unsafe', [hard('l', '../../../etc/passwd')]],
  ['an absolute hard link (node-tar 2026)', 'archive-link-unsafe', [hard('l', '/etc/passwd')]],
  ['a hard link to nothing', 'archive-link-unsafe', [hard('l', 'nothing')]],
  [
    'a hard link by way of a link',
    'archive-link-unsafe',
    [folder('real'), tarMember({ name: 'real/f' }, 'x'), link('way', 'real'), hard('l', 'way/f')],
  ],
  ['a hard link to a folder', 'archive-link-unsafe', [folder('real'), hard('l', 'real')]],
  [
    'a write through a hard link (tar-rs 2018)',
    'archive-member-twice',
    [good, hard('l', 'good'), tarMember({ name: 'l' }, 'evil')],
  ],
  ['the same file twice', 'archive-member-twice', [good, good]],
  ['the same folder twice', 'archive-member-twice', [folder('a'), folder('a')]],
  ['a link in the place of a file', 'archive-member-twice', [good, link('good', 'x')]],
  ['a device', 'archive-member-kind', [tarMember({ name: 'null', flag: '3' })]],
  ['a block device', 'archive-member-kind', [tarMember({ name: 'sda', flag: '4' })]],
  ['a fifo', 'archive-member-kind', [tarMember({ name: 'pipe', flag: '6' })]],
  ['a member of an unknown kind', 'archive-member-kind', [tarMember({ name: 'x', flag: 'Z' })]],
  ['a piece of another volume', 'archive-member-kind', [tarMember({ name: 'x', flag: 'M' }, 'x')]],
  ['a wrong checksum', 'archive-tar-invalid', [good, tarHeader({ name: 'b', checksum: '012345\0 ' })]],
  ['a size that is no number', 'archive-tar-invalid', [good, tarHeader({ name: 'b', size: '0000zz00000\0' })]],
  ['a negative size', 'archive-tar-invalid', [good, tarHeader({ name: 'b', size: base256(-1024n) })]],
  ['a size beyond every file', 'archive-tar-invalid', [good, tarHeader({ name: 'b', size: base256(2n ** 63n) })]],
  ['a negative pax size', 'archive-tar-invalid', [good, paxHeader([['size', '-5']]), tarMember({ name: 'b' }, 'x')]],
  [
    'a pax size beyond numbers',
    'archive-tar-invalid',
    [good, paxHeader([['size', '9'.repeat(40)]]), tarMember({ name: 'b' }, 'x')],
  ],
  ['a size that the file does not have', 'archive-truncated', [tarHeader({ name: 'b', size: 0o77777777777 })]],
  ['content of a link', 'archive-tar-invalid', [good, tarMember({ name: 'l', flag: '2', link: 'good' }, 'content')]],
  ['content of a folder', 'archive-tar-invalid', [good, tarMember({ name: 'd', flag: '5' }, 'content')]],
  [
    'a time beyond time (GNU tar 2022)',
    'archive-tar-invalid',
    [good, tarHeader({ name: 'b', magic: '', mtime: base256(2n ** 80n) })],
  ],
  [
    'a pax record that overstates its length',
    'archive-tar-invalid',
    [good, tarMember({ flag: 'x' }, '99 path=b\n'), tarMember({}, 'x')],
  ],
  [
    'a pax record without a length',
    'archive-tar-invalid',
    [good, tarMember({ flag: 'x' }, 'path=b\n'), tarMember({}, 'x')],
  ],
  [
    'a pax record of length 0',
    'archive-tar-invalid',
    [good, tarMember({ flag: 'x' }, '0 path=b\n'), tarMember({}, 'x')],
  ],
  [
    'two pax headers in a row',
    'archive-tar-invalid',
    [paxHeader([['path', 'a']]), paxHeader([['path', 'b']]), tarMember({}, 'x')],
  ],
  ['a pax header at the end', 'archive-tar-invalid', [good, paxHeader([['path', 'a']])]],
  ['a pax header for all that names a member', 'archive-tar-invalid', [paxHeader([['path', 'a']], 'g'), good]],
  ['a pax header of 4 GiB', 'archive-tar-invalid', [good, tarHeader({ flag: 'x', size: 2 ** 32 })]],
  ['a long name of 4 GiB', 'archive-tar-invalid', [good, tarHeader({ flag: 'L', size: 2 ** 32 })]],
  [
    'an inner archive hidden by two sizes (async-tar 2025)',
    'archive-tar-invalid',
    [
      paxHeader([['size', '1024']]),
      tarHeader({ name: 'outer', size: 0 }),
      tarMember({ name: 'inner' }, 'hidden'),
      Buffer.from('x'.repeat(512)),
    ],
  ],
  ['something after the end', 'archive-tar-invalid', [good, Buffer.alloc(1024), good]],
  [
    'a sparse map that overlaps',
    'archive-tar-invalid',
    [
      paxHeader([
        ['GNU.sparse.size', '4096'],
        ['GNU.sparse.map', '0,512,256,512'],
      ]),
      tarMember({ name: 's' }, Buffer.alloc(1024)),
    ],
  ],
  [
    'a sparse map beyond the file',
    'archive-tar-invalid',
    [
      paxHeader([
        ['GNU.sparse.size', '512'],
        ['GNU.sparse.map', '4096,512'],
      ]),
      tarMember({ name: 's' }, Buffer.alloc(512)),
    ],
  ],
  [
    'a sparse map of too few bytes (GNU tar 2018)',
    'archive-tar-invalid',
    [
      paxHeader([
        ['GNU.sparse.size', '1048576'],
        ['GNU.sparse.map', '0,1048576'],
      ]),
      tarMember({ name: 's' }, Buffer.alloc(512)),
    ],
  ],
  [
    'a sparse map without an end (Go 2025)',
    'archive-tar-invalid',
    [
      paxHeader([
        ['GNU.sparse.major', '1'],
        ['GNU.sparse.minor', '0'],
        ['GNU.sparse.realsize', '1024'],
      ]),
      tarMember({ name: 's' }, Buffer.from('9999999\n'.padEnd(1024, '1\n'))),
    ],
  ],
  [
    'an odd number in a sparse map',
    'archive-tar-invalid',
    [
      paxHeader([
        ['GNU.sparse.size', '1024'],
        ['GNU.sparse.map', '0,512,1024'],
      ]),
      tarMember({ name: 's' }, Buffer.alloc(512)),
    ],
  ],
  [
    'an old sparse header that lies',
    'archive-tar-invalid',
    [
      tarHeader({
        name: 's',
        flag: 'S',
        size: 512,
        magic: 'ustar  \0',
        more: (block) => {
          block.write('00000010000\0', 386, 'latin1')
          block.write('00000001000\0', 398, 'latin1')
          block.write('00000000010\0', 483, 'latin1')
        },
      }),
      Buffer.alloc(512),
    ],
  ],
  [
    'a link that a hard link takes to where it climbs (CPython 2025-4330)',
    'archive-link-unsafe',
    [folder('a'), folder('a/b'), link('a/b/l', '../..'), hard('l', 'a/b/l')],
  ],
  [
    'a link whose way is longer than a path may be (CPython 2025-4517)',
    'archive-name-unsafe',
    [
      ...longWay.flatMap((_, index) => {
        const way = longWay.slice(0, index + 1).join('/')
        return [paxHeader([['path', `${way}/`]]), tarMember({ flag: '5' })]
      }),
      paxHeader([
        ['path', 'way'],
        ['linkpath', longWay.join('/')],
      ]),
      tarMember({ flag: '2' }),
      paxHeader([
        ['path', 'out'],
        ['linkpath', `way/${'../'.repeat(longWay.length + 1)}etc`],
      ]),
      tarMember({ flag: '2' }),
    ],
  ],
  [
    'a hard link out of the root by a chain of links (node-tar 2026-26960)',
    'archive-link-unsafe',
    [folder('a'), link('a/x', '..'), link('a/y', 'x/..'), hard('stolen', 'a/y/etc/passwd')],
  ],
  ['a link relative to a drive (node-tar 2026-31802)', 'archive-link-unsafe', [link('l', 'C:../../../target')]],
  ['a long name that is empty', 'archive-name-unsafe', [tarMember({ flag: 'L' }, ''), tarMember({}, 'x')]],
  [
    'two long names in a row',
    'archive-tar-invalid',
    [tarMember({ flag: 'L' }, 'a\0'), tarMember({ flag: 'L' }, 'b\0'), tarMember({}, 'x')],
  ],
  ['a climbing GNU long link', 'archive-link-unsafe', [tarMember({ flag: 'K' }, '../../evil\0'), link('l', 'x')]],
  ['a climbing pax link', 'archive-link-unsafe', [paxHeader([['linkpath', '../evil']]), link('l', 'x')]],
  [
    'a climbing name of a sparse file',
    'archive-name-unsafe',
    [
      paxHeader([
        ['GNU.sparse.major', '1'],
        ['GNU.sparse.minor', '0'],
        ['GNU.sparse.name', '../evil'],
        ['GNU.sparse.realsize', '512'],
      ]),
      tarMember({ name: 's' }, Buffer.from('0\n'.padEnd(512, '\0'))),
    ],
  ],
  [
    'a pax size of a link',
    'archive-tar-invalid',
    [paxHeader([['size', '1024']]), link('l', 'good'), tarMember({ name: 'inner' }, 'hidden')],
  ],
  [
    'a pax size of a folder',
    'archive-tar-invalid',
    [paxHeader([['size', '1024']]), folder('a'), tarMember({ name: 'inner' }, 'hidden')],
  ],
  ['the same file twice, written otherwise', 'archive-member-twice', [good, tarMember({ name: './good' }, 'evil')]],
  ['a file in the place of a folder', 'archive-member-twice', [folder('a'), tarMember({ name: 'a' }, 'evil')]],
  ['a size with a sign', 'archive-tar-invalid', [good, tarHeader({ name: 'b', size: '-0000000010\0' })]],
  [
    'a pax size with a sign or a blank',
    'archive-tar-invalid',
    [paxHeader([['size', '+1']]), tarMember({ name: 'b' }, 'x')],
  ],
  ['no tar at all', 'archive-not-tar', [Buffer.from('これはtarではありません。'.repeat(100))]],
]

describe('an archive of another program with', () => {
  it.each(cases)('%s is refused, and nothing is outside its place', async (_what, code, parts) => {
    const outer = kit.newFolder()
    const archive = join(outer, 'hostile.tar')
    writeFileSync(archive, tarOf(...parts))
    mkdirSync(join(outer, 'inner'))
    const job = {
      source: { kind: 'file', path: archive },
      into: [{ prefix: '/', to: join(outer, 'inner', 'to') }],
      select: null,
      rest: 'verify',
      outside: 'skip',
      foreign: strict,
    } as const
    const problem = await problemOf(extractArchiveFile(job, context))
    expect([problem.code, problem.exitCode]).toEqual([code, 13])
    expect(readdirSync(outer).sort()).toEqual(['hostile.tar', 'inner'])
    expect(readdirSync(join(outer, 'inner')).filter((name) => name !== 'to')).toEqual([])
    expect(existsSync('/tmp/evil')).toBe(false)
  })
})

it('leaves nothing of a hostile archive behind', async () => {
  const outer = kit.newFolder()
  const problem = await problemOf(
    extractForeign(tarOf(good, folder('a'), tarMember({ name: 'a/../../evil' }, 'x')), outer),
  )
  expect(problem.code).toBe('archive-name-unsafe')
  expect(readdirSync(outer)).toEqual([])
})

it('writes into no folder that another archive has made (GNU tar 2025-45582), and through no link that stands there', async () => {
  const outer = kit.newFolder()
  await extractForeign(tarOf(folder('real'), link('way', 'real')), outer)
  const again = await problemOf(extractForeign(tarOf(tarMember({ name: 'way/evil' }, 'x')), outer))
  expect(again.code).toBe('extract-destination-exists')
  expect(readdirSync(join(outer, 'to', 'real'))).toEqual([])
  const other = kit.newFolder()
  mkdirSync(join(other, 'elsewhere'))
  symlinkSync('elsewhere', join(other, 'to'))
  expect((await problemOf(extractForeign(tarOf(good), other))).code).toBe('extract-destination-exists')
  expect(readdirSync(join(other, 'elsewhere'))).toEqual([])
})

it('takes the size in an extended header for that of the file, not of the long name between them (tar-rs 2026)', async () => {
  const folderOf = kit.newFolder()
  const content = Buffer.alloc(512, 'y')
  const parts = [paxHeader([['size', '512']]), tarMember({ flag: 'L' }, 'a\0'), tarMember({ name: 'b' }, content)]
  await extractForeign(tarOf(...parts, good), folderOf)
  expect(readdirSync(join(folderOf, 'to')).sort()).toEqual(['a', 'good'])
  expect(readFileSync(join(folderOf, 'to', 'a')).equals(content)).toBe(true)
})

it('clears the set-user-id bit that nobody asked for, and never names an owner that only the superuser can give', async () => {
  const folderOf = kit.newFolder()
  await extractForeign(tarOf(tarMember({ name: 'program', mode: '0006755\0' }, 'x')), folderOf)
  expect(statSync(join(folderOf, 'to', 'program')).mode & 0o7777).toBe(0o755)
  if (process.getuid?.() !== 0) return
  const asked = kit.newFolder()
  await extractForeign(tarOf(tarMember({ name: 'program', mode: '0006755\0' }, 'x')), asked, { setId: true })
  expect(statSync(join(asked, 'to', 'program')).mode & 0o7777).toBe(0o6755)
})

it('makes a fifo when it is asked to', async (test) => {
  if (process.getuid?.() !== 0) test.skip('the superuser alone makes special files')
  const folderOf = kit.newFolder()
  await extractForeign(tarOf(tarMember({ name: 'pipe', flag: '6' })), folderOf, { specialFiles: true })
  expect(lstatSync(join(folderOf, 'to', 'pipe')).isFIFO()).toBe(true)
})

it('refuses what unpacks to hundreds of times its size, unless any size will do', async () => {
  const bomb = gzipSync(tarOf(tarMember({ name: 'zeros' }, Buffer.alloc(100 * 1024 * 1024))), { level: 9 })
  const folderOf = kit.newFolder()
  const problem = await problemOf(extractForeign(bomb, folderOf, {}, 'tar.gz'))
  expect(problem.code).toBe('archive-expands')
  expect(readdirSync(folderOf)).toEqual([])
  await extractForeign(bomb, folderOf, { anyRatio: true }, 'tar.gz')
  expect(statSync(join(folderOf, 'to', 'zeros')).size).toBe(100 * 1024 * 1024)
})

it('keeps links that stay inside, and reads numbers in base 256', async () => {
  const folderOf = kit.newFolder()
  const size = base256(4n)
  const parts = [
    tarMember({ name: './', flag: '5', mode: '0000755\0' }),
    folder('a'),
    tarMember({ name: './a/f', size, mtime: base256(-5n) }, 'four'),
    link('a/up', '../a/f'),
    hard('g', './a/f'),
  ]
  await extractForeign(tarOf(...parts), folderOf)
  expect(readFileSync(join(folderOf, 'to', 'a', 'up'), 'utf8')).toBe('four')
  expect(lstatSync(join(folderOf, 'to', 'g')).nlink).toBe(2)
  expect(lstatSync(join(folderOf, 'to', 'g')).mtimeMs).toBe(-5000)
})
