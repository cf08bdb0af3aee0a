import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { isWorkLeftBehind } from '../../ports/left-behind.ts'
import { archiveKit, problemOf, run, succeeds, treeOf } from '../testing/archive-kit.ts'
import { extractArchive, extractFiles, extractTo } from './extract.ts'
import { type ExtractJob, extractArchiveFile } from './extract-job.ts'
import { placingCalls } from './placing-calls.ts'

const kit = archiveKit()
const superuser = process.getuid?.() === 0
const options = () => ({ workerPath: kit.workerPath() })

/** Every kind of thing that a target may hold. */
function everything(): string {
  const root = join(kit.newFolder(), 'root')
  mkdirSync(join(root, 'mail', 'empty'), { recursive: true })
  writeFileSync(join(root, 'mail', 'a'), 'one\n')
  linkSync(join(root, 'mail', 'a'), join(root, 'mail', 'b'))
  writeFileSync(join(root, 'mail', '名前'), '二\n')
  writeFileSync(Buffer.concat([Buffer.from(`${root}/mail/`), Buffer.from([0xb4, 0xc1, 0xbb, 0xfa])]), 'EUC-JP')
  writeFileSync(join(root, 'mail', 'l'.repeat(250)), 'long name')
  symlinkSync('../gone', join(root, 'mail', 'link'))
  symlinkSync('/etc/passwd', join(root, 'outside'))
  lutimesSync(join(root, 'outside'), 5, 1_234_567_890.25)
  writeFileSync(join(root, 'nothing'), '')
  writeFileSync(join(root, 'master01'), Buffer.alloc(3_000_000, 'database '))
  writeFileSync(join(root, 'program'), '#!/bin/sh\n')
  chmodSync(join(root, 'program'), 0o4711)
  chmodSync(join(root, 'mail', 'empty'), 0o2750)
  chmodSync(join(root, 'mail'), 0o500)
  utimesSync(join(root, 'mail', 'empty'), 5, -7)
  run('touch', '-d', '2019-05-06 07:08:09.123456789', join(root, 'mail', 'a'), join(root, 'mail'))
  if (superuser) run('chown', '1234:4321', join(root, 'mail', '名前'))
  return root
}

describe.each(['.tar.zst', '.tar.gz'])('an archive %s', (ending) => {
  it('gives back everything that it was made of', async () => {
    const root = everything()
    const archive = join(kit.newFolder(), `a${ending}`)
    const written = await kit.create([root], archive)
    const to = join(kit.newFolder(), 'restored')
    const extracted = await extractArchive({ ...options(), archive, into: [{ prefix: root, to }] })
    const expected = superuser ? treeOf(root) : treeOf(root).map((line) => line.replace('104711', '100711'))
    expect(treeOf(to)).toEqual(expected)
    expect(extracted).toMatchObject({
      members: written.members - 2,
      header: { host: 'host-a' },
      position: { number: 7 },
    })
    expect(extracted.notKept).toEqual({ count: 0, first: [] })
  })
})

it('gives back holes, extended attributes and ACLs', async (test) => {
  const root = join(kit.newFolder(), 'root')
  mkdirSync(join(root, 'folder'), { recursive: true })
  const [sparse, plain] = [join(root, 'sparse'), join(root, 'plain')]
  writeFileSync(plain, 'plain')
  writeFileSync(sparse, 'start')
  truncateSync(sparse, 20_000_000)
  const fd = openSync(sparse, 'r+')
  writeSync(fd, 'middle', 9_000_000)
  closeSync(fd)
  if (!succeeds('setfattr', '-n', 'user.one', '-v', 'value', plain)) test.skip('no extended attributes here')
  run('setfattr', '-n', 'user.two', '-v', '二', join(root, 'folder'))
  run('setfacl', '-m', 'u:1234:r,g:99:rw', plain)
  run('setfacl', '-d', '-m', 'u:1234:rx', join(root, 'folder'))
  const archive = join(kit.newFolder(), 'a.tar.zst')
  await kit.create([root], archive)
  const to = join(kit.newFolder(), 'to')
  const { notKept } = await extractArchive({ ...options(), archive, into: [{ prefix: root, to }] })
  expect(notKept.count).toBe(0)
  expect(treeOf(to)).toEqual(treeOf(root))
  expect(statSync(join(to, 'sparse')).blocks).toBeLessThan(200)
  for (const name of ['plain', 'folder']) {
    const seen = (folder: string, program: string, ...flags: string[]) =>
      run(program, ...flags, join(folder, name)).replace(/^# file.*$/m, '')
    expect(seen(to, 'getfacl', '-p', '-n')).toBe(seen(root, 'getfacl', '-p', '-n'))
    expect(seen(to, 'getfattr', '-d', '--absolute-names')).toBe(seen(root, 'getfattr', '-d', '--absolute-names'))
  }
})

it('puts each target where it is told to, and leaves out what nobody asks for', async () => {
  const [one, two, three] = [everything(), everything(), everything()]
  const archive = join(kit.newFolder(), 'a.tar.zst')
  await kit.create([one, two, three], archive)
  const folder = kit.newFolder()
  mkdirSync(join(folder, 'first'))
  const into = [
    { prefix: one, to: join(folder, 'first') },
    { prefix: join(two, 'master01'), to: join(folder, 'database') },
  ]
  await extractArchive({ ...options(), archive, into })
  expect(readdirSync(folder).sort()).toEqual(['database', 'first'])
  expect(treeOf(join(folder, 'first'))).toHaveLength(treeOf(one).length)
  expect(readFileSync(join(folder, 'database')).equals(readFileSync(join(two, 'master01')))).toBe(true)
  const problem = await problemOf(
    extractArchive({ ...options(), archive, into: [{ prefix: one, to: join(folder, 'strict') }], refuseOutside: true }),
  )
  expect(problem.code).toBe('extract-outside')
})

it('gives a chosen hard link its content, though its first name is not chosen', async () => {
  const root = everything()
  const archive = join(kit.newFolder(), 'a.tar.zst')
  await kit.create([root], archive)
  const folder = kit.newFolder()
  const [b] = await extractFiles(archive, [join(root, 'mail', 'b')], join(folder, 'files'), options())
  expect(b).toBe(join(folder, 'files', root, 'mail', 'b'))
  expect(readFileSync(b ?? '', 'utf8')).toBe('one\n')
  expect(readdirSync(join(folder, 'files', root, 'mail'))).toEqual(['b'])
})

it('extracts elsewhere under whole paths, and never half', async () => {
  const root = everything()
  const archive = join(kit.newFolder(), 'a.tar.zst')
  await kit.create([root], archive)
  const folder = kit.newFolder()
  const to = join(folder, 'here')
  await extractTo(to, { ...options(), archive, select: [join(root, 'mail'), join(root, 'nothing')] })
  expect(readdirSync(join(to, root)).sort()).toEqual(['mail', 'nothing'])
  expect(treeOf(join(to, root, 'mail'))).toEqual(treeOf(join(root, 'mail')))
  expect((await problemOf(extractTo(to, { ...options(), archive }))).code).toBe('extract-destination-exists')

  const bytes = readFileSync(archive)
  bytes[Math.floor(bytes.length * 0.4)] = (bytes[Math.floor(bytes.length * 0.4)] ?? 0) ^ 16
  writeFileSync(archive, bytes)
  const other = join(folder, 'other')
  expect((await problemOf(extractTo(other, { ...options(), archive }))).code).toMatch(/^archive-/)
  expect(readdirSync(folder)).toEqual(['here'])
  const missing = join(folder, 'no', 'where')
  expect((await problemOf(extractTo(missing, { ...options(), archive }))).code).toBe('extract-destination-missing')
})

it('refuses a choice that the archive does not hold', async () => {
  const root = everything()
  const archive = join(kit.newFolder(), 'a.tar.zst')
  await kit.create([root], archive)
  const to = join(kit.newFolder(), 'x')
  const problem = await problemOf(extractTo(to, { ...options(), archive, select: [join(root, 'mail'), '/no/such'] }))
  expect([problem.code, problem.params.member]).toEqual(['extract-nothing-selected', '/no/such'])
  expect(existsSync(to)).toBe(false)
})

it('ends within a second of a cancel and leaves nothing', async () => {
  const root = join(kit.newFolder(), 'root')
  mkdirSync(root)
  for (let count = 0; count < 1500; count += 1) writeFileSync(join(root, String(count)), Buffer.alloc(9000, count))
  const archive = join(kit.newFolder(), 'a.tar.zst')
  await kit.create([root], archive)
  const folder = kit.newFolder()
  const controller = new AbortController()
  let at = 0
  const problem = await problemOf(
    extractTo(join(folder, 'x'), {
      ...options(),
      archive,
      signal: controller.signal,
      onProgress: ({ bytesDone }) => {
        if (bytesDone === 0 || at > 0) return
        at = performance.now()
        controller.abort()
      },
    }),
  )
  expect(problem.code).toBe('cancelled')
  expect(performance.now() - at).toBeLessThan(1000)
  // On a busy disk a thread may be left behind, with what it leaves.
  await expect.poll(isWorkLeftBehind, { timeout: 20_000 }).toBe(false)
  expect(readdirSync(folder)).toEqual([])
  expect(statSync(folder).isDirectory()).toBe(true)
})

it.runIf(superuser)('looks at the room of each file system before anything is put in place', async (test) => {
  const [small, root] = [kit.newFolder(), join(kit.newFolder(), 'root')]
  if (!succeeds('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small)) return test.skip('no tmpfs can be mounted')
  try {
    for (const name of ['first', 'second']) {
      mkdirSync(join(root, name), { recursive: true })
      writeFileSync(join(root, name, 'data'), Buffer.alloc(name === 'first' ? 3_000_000 : 300_000, name))
    }
    const archive = join(kit.newFolder(), 'a.tar.zst')
    await kit.create([root], archive)
    const rule = (name: string, folder: string) => ({ prefix: join(root, name), to: join(folder, name) })
    const wrong = [rule('first', small), rule('second', kit.newFolder())]
    const problem = await problemOf(extractArchive({ ...options(), archive, into: wrong }))
    expect([problem.code, problem.params.need, readdirSync(small)]).toEqual(['extract-no-space', 3_000_000, []])
    const right = [rule('first', kit.newFolder()), rule('second', small)]
    expect(await extractArchive({ ...options(), archive, into: right })).toMatchObject({ bytes: 3_300_000 })
  } finally {
    run('umount', small)
  }
})

it('says that no room is left where a quota ends, which the runtime has no name for', async () => {
  const root = join(kit.newFolder(), 'root')
  mkdirSync(root)
  writeFileSync(join(root, 'mail'), 'mail')
  const archive = join(kit.newFolder(), 'a.tar.zst')
  await kit.create([root], archive)
  const spy = vi.spyOn(placingCalls(), 'setTime').mockImplementation(() => {
    throw Object.assign(new Error('unknown'), { code: 'Unknown system error -122', errno: -122 })
  })
  try {
    const into = [{ prefix: root, to: join(kit.newFolder(), 'restored') }]
    const job: ExtractJob = {
      source: { kind: 'file', path: archive },
      into,
      select: null,
      rest: 'verify',
      outside: 'skip',
      foreign: null,
    }
    const context = { now: () => performance.now(), checkCancelled: () => undefined, onProgress: () => undefined }
    expect((await problemOf(extractArchiveFile(job, context))).code).toBe('extract-full')
  } finally {
    spy.mockRestore()
  }
})
