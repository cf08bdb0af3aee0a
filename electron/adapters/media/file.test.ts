import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { toProblem } from '../../../shared/model/problem.ts'
import { archiveKit, headerOf, problemOf, run, succeeds } from '../../core/archive/testing/archive-kit.ts'
import { fileMedium } from './file.ts'

const kit = archiveKit()
const isRoot = process.getuid?.() === 0
const mounts: string[] = []

afterEach(() => {
  for (const mount of mounts.splice(0)) run('umount', mount)
})

/** A small filesystem of its own; null where this account, or this machine, may not mount. */
function tmpfs(options: string): string | null {
  const folder = kit.newFolder()
  if (!isRoot || !succeeds('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder)) return null
  mounts.push(folder)
  return folder
}

function sampleTree(bytes = 10_000): string {
  const root = join(kit.newFolder(), 'root')
  mkdirSync(root)
  writeFileSync(join(root, 'data'), Buffer.alloc(bytes, 'data'))
  return root
}

async function codesOf(...given: Parameters<typeof fileMedium.check>): Promise<[string, number][]> {
  return (await fileMedium.check(...given)).map(({ code, exitCode }) => [code, exitCode])
}

describe('the look before', () => {
  it('finds nothing wrong with a new name in a folder', async () => {
    const path = join(kit.newFolder(), 'a.tar.zst')
    expect(await codesOf(path, { needBytes: 1000, targets: ['/nowhere'] })).toEqual([])
    expect(existsSync(path)).toBe(false)
  })

  it('names every obstacle', async () => {
    const folder = kit.newFolder()
    const path = join(folder, 'a.tar.zst')
    expect(await codesOf('a.tar.zst')).toEqual([['archive-path-relative', 64]])
    expect(await codesOf(join(folder, 'none', 'a.tar.zst'))).toEqual([['medium-folder-missing', 12]])
    expect(await codesOf(path, { needBytes: Number.MAX_SAFE_INTEGER })).toEqual([['medium-too-small', 12]])
    expect(await codesOf(path, { targets: ['/nowhere', folder] })).toEqual([['medium-inside-target', 12]])
    expect(await codesOf(path, { targets: [`${folder}/a`] })).toEqual([])
    writeFileSync(path, '')
    writeFileSync(`${path}.partial`, '')
    expect(await codesOf(path)).toEqual([
      ['medium-exists', 12],
      ['medium-partial-exists', 12],
    ])
  })

  it('sees a target through a symlink', async () => {
    const folder = kit.newFolder()
    mkdirSync(join(folder, 'real', 'sub'), { recursive: true })
    run('ln', '-s', 'real', join(folder, 'link'))
    expect(await codesOf(join(folder, 'link', 'sub', 'a.tar.zst'), { targets: [join(folder, 'real')] })).toEqual([
      ['medium-inside-target', 12],
    ])
  })

  it('sees a folder that takes no files', async (context) => {
    const folder = isRoot ? tmpfs('ro,size=1m') : kit.newFolder()
    if (folder === null) return context.skip('mounting is not permitted here')
    if (!isRoot) chmodSync(folder, 0o555)
    expect(await codesOf(join(folder, 'a.tar.zst'))).toEqual([['medium-not-writable', 12]])
  })
})

describe('writing', () => {
  it('gives the final name only at the end, readable by its owner alone', async () => {
    const folder = kit.newFolder()
    const path = join(folder, 'a.tar.zst')
    await kit.create([sampleTree()], path)
    expect(readdirSync(folder)).toEqual(['a.tar.zst'])
    expect(statSync(path).mode & 0o7777).toBe(0o600)
    expect(statSync(path).nlink).toBe(1)
  })

  it('never replaces an archive, not even one that came meanwhile', async () => {
    const folder = kit.newFolder()
    const path = join(folder, 'a.tar.zst')
    const writer = await fileMedium.create(path)
    writeFileSync(path, 'came meanwhile')
    expect((await problemOf(writer.commit())).code).toBe('medium-exists')
    await writer.discard()
    expect(readdirSync(folder)).toEqual(['a.tar.zst'])
    expect(readFileSync(path, 'utf8')).toBe('came meanwhile')
    expect((await problemOf(kit.create([sampleTree()], path))).code).toBe('medium-exists')
    expect(readFileSync(path, 'utf8')).toBe('came meanwhile')
  })

  it('removes no unfinished file but its own', async () => {
    const folder = kit.newFolder()
    const path = join(folder, 'a.tar.zst')
    writeFileSync(`${path}.partial`, 'of another run')
    const problem = await problemOf(kit.create([sampleTree()], path))
    expect([problem.code, problem.exitCode, problem.params.path]).toEqual([
      'medium-partial-exists',
      12,
      `${path}.partial`,
    ])
    expect(readFileSync(`${path}.partial`, 'utf8')).toBe('of another run')
    await fileMedium.discardUnfinished(path)
    await fileMedium.discardUnfinished(path)
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves nothing on a medium that becomes full', async (context) => {
    const folder = tmpfs('size=2m')
    if (folder === null) return context.skip('mounting is not permitted here')
    const root = sampleTree()
    run('dd', 'if=/dev/urandom', `of=${join(root, 'random')}`, 'bs=1M', 'count=6', 'status=none')
    const problem = await problemOf(kit.create([root], join(folder, 'a.tar.zst')))
    expect([problem.code, problem.exitCode]).toEqual(['medium-full', 12])
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves only the unfinished file when the process is killed', async () => {
    const root = sampleTree()
    // Not a hole: those are passed over faster than anybody could kill.
    const piece = randomBytes(8 * 1024 * 1024)
    for (let written = 0; written < 100; written += 1) appendFileSync(join(root, 'data'), piece)
    const folder = kit.newFolder()
    const path = join(folder, 'a.tar.zst')
    const options = { header: headerOf([root]), targets: [root], to: path, workerPath: kit.workerPath() }
    const script = `
      const { createArchive } = require(${JSON.stringify(kit.builtFile('create'))})
      const { fileMedium } = require(${JSON.stringify(kit.builtFile('medium'))})
      const onProgress = ({ bytesDone }) => bytesDone > 50_000_000 && process.stdout.write('writing')
      createArchive({ ...${JSON.stringify(options)}, medium: fileMedium, onProgress })`
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const gone = new Promise((resolve) => child.on('exit', resolve))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.kill('SIGKILL')
    await gone
    expect(readdirSync(folder)).toEqual(['a.tar.zst.partial'])
    const problem = await problemOf(kit.verify(`${path}.partial`))
    expect(problem.exitCode).toBe(13)
  })
})

it('takes a finished archive away, or off its name', async () => {
  const folder = kit.newFolder()
  const path = join(folder, 'a.tar.zst')
  for (const name of ['a.tar.zst.rejected', 'a.tar.zst.rejected-2']) {
    writeFileSync(path, name)
    expect(await fileMedium.reject(path)).toBe(join(folder, name))
  }
  expect(readdirSync(folder).sort()).toEqual(['a.tar.zst.rejected', 'a.tar.zst.rejected-2'])
  writeFileSync(path, '')
  await fileMedium.remove(path)
  await fileMedium.remove(path)
  expect(existsSync(path)).toBe(false)
})

describe('a folder that goes away at any instant', () => {
  it('is told as the medium’s problem, and leaves no file open', async () => {
    const base = kit.newFolder()
    const [folder, gone] = [join(base, 'here'), join(base, 'gone')]
    mkdirSync(folder)
    const flapping = spawn('sh', ['-c', 'while :; do mv here gone; mv gone here; done'], { cwd: base, stdio: 'ignore' })
    const before = readdirSync('/proc/self/fd').length
    const told = new Set<string>()
    try {
      for (let round = 0; round < 300; round += 1) {
        try {
          const writer = await fileMedium.create(join(folder, `${round}.tar.zst`))
          await writer.discard()
        } catch (thrown) {
          told.add(toProblem(thrown).code)
        }
      }
    } finally {
      flapping.kill('SIGKILL')
      await once(flapping, 'exit')
    }
    expect(existsSync(folder) || existsSync(gone)).toBe(true)
    expect([...told]).toContain('medium-folder-missing')
    expect([...told]).not.toContain('internal')
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 1)
  })
})
