import { spawn } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Progress } from '../../../shared/model/progress.ts'
import { measureTargets } from './create.ts'
import { archiveKit, problemOf, run } from './testing/archive-kit.ts'

const kit = archiveKit()
const GIB = 1024 * 1024 * 1024

/** `first` and `last` around a file that takes seconds to read. */
function slowTree(bytes: number): string {
  const root = join(kit.newFolder(), 'root')
  mkdirSync(root)
  writeFileSync(join(root, 'first'), 'first')
  writeFileSync(join(root, 'large'), '')
  truncateSync(join(root, 'large'), bytes)
  writeFileSync(join(root, 'last'), 'last')
  return root
}

/** Does something once, in the middle of reading the large file. */
function inTheMiddle(act: () => void): (progress: Progress) => void {
  let done = false
  return (progress) => {
    if (done || progress.phase !== 'archive' || progress.bytesDone < 1024 * 1024) return
    done = true
    act()
  }
}

describe('cancelling', () => {
  it('ends in the middle of a large file, within a second, and leaves nothing', async () => {
    const root = slowTree(40 * GIB)
    const folder = kit.newFolder()
    const stop = new AbortController()
    let at = 0
    const onProgress = inTheMiddle(() => {
      expect(readdirSync(folder)).toEqual(['a.tar.zst.partial'])
      at = performance.now()
      stop.abort()
    })
    const problem = await problemOf(kit.create([root], join(folder, 'a.tar.zst'), { signal: stop.signal, onProgress }))
    expect(performance.now() - at).toBeLessThan(1000)
    expect([problem.code, problem.exitCode, problem.params]).toEqual(['cancelled', 130, {}])
    expect(readdirSync(folder)).toEqual([])
  })

  it('before the start writes nothing', async () => {
    const folder = kit.newFolder()
    const signal = AbortSignal.abort()
    const problem = await problemOf(kit.create([slowTree(1)], join(folder, 'a.tar.gz'), { signal }))
    expect(problem.code).toBe('cancelled')
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a service that was not down', () => {
  const cases: readonly [what: string, code: string, file: string, act: (root: string) => void][] = [
    [
      'changes what was read already',
      'archive-source-changed',
      'first',
      (root) => writeFileSync(join(root, 'first'), 'FIRST'),
    ],
    [
      'appends to what is being read',
      'archive-source-changed',
      'large',
      (root) => appendFileSync(join(root, 'large'), 'x'),
    ],
    [
      'shortens what is being read',
      'archive-source-changed',
      'large',
      (root) => truncateSync(join(root, 'large'), 2_000_000),
    ],
    ['touches what is being read', 'archive-source-changed', 'large', (root) => utimesSync(join(root, 'large'), 1, 1)],
    ['takes away what was read already', 'archive-source-vanished', 'first', (root) => rmSync(join(root, 'first'))],
    ['takes away what is to be read', 'archive-source-vanished', 'last', (root) => rmSync(join(root, 'last'))],
    ['adds a file', 'archive-source-appeared', 'another', (root) => writeFileSync(join(root, 'another'), '')],
  ]
  it.each(cases)('%s: the archive fails', async (_what, code, file, act) => {
    const root = slowTree(GIB / 2)
    const folder = kit.newFolder()
    const onProgress = inTheMiddle(() => act(root))
    const problem = await problemOf(kit.create([root], join(folder, 'a.tar.zst'), { onProgress }))
    expect([problem.code, problem.params.path]).toEqual([code, join(root, file)])
    expect(readdirSync(folder)).toEqual([])
  })
})

it('names the process that has the changed file open', async () => {
  const root = slowTree(GIB / 2)
  const service = spawn('sleep', ['60'], { stdio: ['ignore', openSync(join(root, 'first'), 'a'), 'ignore'] })
  try {
    const onProgress = inTheMiddle(() => appendFileSync(join(root, 'first'), 'more'))
    const problem = await problemOf(kit.create([root], join(kit.newFolder(), 'a.tar.zst'), { onProgress }))
    expect([problem.code, problem.params.holder]).toEqual(['archive-source-changed', `, sleep[${service.pid}]`])
    expect(problem.message.en).toContain(`first, sleep[${service.pid}])`)
  } finally {
    service.kill()
  }
})

describe('targets that cannot be kept', () => {
  it('are refused by name', async () => {
    const folder = kit.newFolder()
    const to = join(folder, 'a.tar.zst')
    const root = slowTree(1)
    const missing = await problemOf(kit.create([root, join(root, 'none')], to))
    expect([missing.code, missing.params.path]).toEqual(['archive-target-missing', join(root, 'none')])
    const relative = await problemOf(kit.create(['root'], to))
    expect([relative.code, relative.exitCode]).toEqual(['archive-path-relative', 64])
    const ending = await problemOf(kit.create([root], join(folder, 'a.zip')))
    expect([ending.code, ending.exitCode]).toEqual(['archive-name-ending', 64])
    run('mkfifo', join(root, 'pipe'))
    const fifo = await problemOf(kit.create([root], to))
    expect([fifo.code, fifo.params.path, fifo.params.kind]).toEqual(['archive-source-kind', join(root, 'pipe'), 'fifo'])
    expect(readdirSync(folder)).toEqual([])
  })

  it('that are sockets are left out and reported', async () => {
    const root = slowTree(1)
    const socket = join(root, 's')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    try {
      const to = join(kit.newFolder(), 'a.tar.zst')
      const made = await kit.create([root], to)
      expect(made.skipped).toEqual([socket])
      expect((await kit.verify(to)).summary.members).toBe(made.members)
    } finally {
      server.close()
    }
  })
})

it('ends with a problem and without a trace when the worker dies', async () => {
  const folder = kit.newFolder()
  const workerPath = join(folder, 'dying.cjs')
  writeFileSync(
    workerPath,
    "require('node:fs').writeSync(require('node:worker_threads').workerData.task.output.fd, 'x'); process.exit(7)",
  )
  const to = join(kit.newFolder(), 'a.tar.zst')
  const problem = await problemOf(kit.create([slowTree(1)], to, { workerPath }))
  expect([problem.code, problem.params.text]).toEqual(['archive-worker-died', 'exit 7'])
  writeFileSync(workerPath, "throw new Error('no memory')")
  expect((await problemOf(kit.create([slowTree(1)], to, { workerPath }))).params.text).toBe('no memory')
  expect(existsSync(`${to}.partial`)).toBe(false)
})

it('tells its progress in bytes read, not too often, the last message always', async () => {
  const root = slowTree(GIB)
  const to = join(kit.newFolder(), 'a.tar.zst')
  const seen: Progress[] = []
  const from = performance.now()
  await kit.create([root], to, { onProgress: (progress) => seen.push(progress) })
  const seconds = (performance.now() - from) / 1000
  const archive = seen.filter(({ phase }) => phase === 'archive')
  expect(archive.length).toBeLessThan(seconds * 10 + 3)
  expect(archive.map(({ bytesDone }) => bytesDone)).toEqual(
    archive.map(({ bytesDone }) => bytesDone).sort((a, b) => a - b),
  )
  const total = { bytesTotal: GIB + 9, membersTotal: 4 }
  expect(archive[0]).toMatchObject(total)
  expect(archive.at(-1)).toMatchObject({ ...total, bytesDone: GIB + 9, membersDone: 4, remainingMs: 0 })
  expect(archive.at(-1)?.rate).toBeGreaterThan(1_000_000)
  expect(await measureTargets([root], { workerPath: kit.workerPath() })).toMatchObject({ bytes: GIB + 9, members: 4 })
  expect(readFileSync(to).length).toBeLessThan(1_000_000)
})
