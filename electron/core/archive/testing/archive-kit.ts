import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, expect } from 'vitest'
import type { ArchiveHeader, ManifestEntry } from '../../../../shared/model/archive.ts'
import { type Problem, ProblemError } from '../../../../shared/model/problem.ts'
import { fileMedium } from '../../../adapters/media/file.ts'
import { type CreateOptions, createArchive } from '../create.ts'
import { listArchive } from '../list.ts'
import { verifyArchive } from '../verify.ts'

/** A folder of its own and the built worker for the tests of one file; both are gone afterwards. */
export function archiveKit() {
  let folder = ''
  let built = ''
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'archive-'))
    // Inside the checkout, so that the built worker finds the native packages.
    const cache = resolve('node_modules/.cache')
    mkdirSync(cache, { recursive: true })
    built = mkdtempSync(join(cache, 'archive-test-'))
    await build({
      configFile: false,
      logLevel: 'warn',
      ssr: { target: 'node', noExternal: true, external: ['@mongodb-js/zstd', 'fs-native-extensions', 'koffi'] },
      build: {
        ssr: true,
        target: 'node18.15',
        outDir: built,
        rollupOptions: {
          input: {
            worker: 'electron/archive-worker.ts',
            'archive-reader': 'electron/archive-reader.ts',
            'lone-worker': 'electron/core/archive/testing/lone-worker.ts',
            create: 'electron/core/archive/create.ts',
            medium: 'electron/adapters/media/file.ts',
          },
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    })
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
    rmSync(built, { recursive: true, force: true })
  })
  const workerPath = () => join(built, 'worker.cjs')
  let count = 0
  return {
    /** A new empty folder. */
    newFolder: () => {
      count += 1
      const made = join(folder, String(count))
      mkdirSync(made)
      return made
    },
    builtFile: (name: 'worker' | 'lone-worker' | 'archive-reader' | 'create' | 'medium') => join(built, `${name}.cjs`),
    workerPath,
    create: (targets: readonly string[], to: string, more: Partial<CreateOptions> = {}) =>
      createArchive({ header: headerOf(targets), targets, to, medium: fileMedium, workerPath: workerPath(), ...more }),
    verify: (path: string) => verifyArchive(path, { workerPath: workerPath() }),
    list: async (path: string) => {
      const entries: ManifestEntry[] = []
      await listArchive(
        path,
        { workerPath: workerPath() },
        { header: () => undefined, entry: (e) => void entries.push(e) },
      )
      return entries
    },
  }
}

export function headerOf(targets: readonly string[]): ArchiveHeader {
  return {
    format: 'untenseki-archive',
    version: 1,
    setId: 'set-1',
    runId: 'run-1',
    domain: 'example',
    server: 'master',
    host: 'host-a',
    layout: 'hi-ux',
    position: { timeline: 'line-1', number: 7 },
    targets: [...targets],
    startedAt: '2024-04-01T02:03:04.567Z',
    product: 'untenseki test',
  }
}

/** The problem that a promise rejects with. */
export async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const thrown = await promise.then(
    (value) => expect.fail(`should have been refused, but gave ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
  if (thrown instanceof ProblemError) return thrown.problem
  throw thrown
}

/** Runs a program to its end; its output when it succeeded. */
export function run(program: string, ...args: string[]): string {
  const done = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } })
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.status} ${done.stderr} ${done.error}`)
  return done.stdout
}

/** Whether a program is there and succeeds. */
export function succeeds(program: string, ...args: string[]): boolean {
  return spawnSync(program, args).status === 0
}

/** All that a backup must bring back of a tree, one line a name (as Latin-1, so that every byte shows). */
export function treeOf(root: string): string[] {
  const lines: string[] = []
  const firstOf = new Map<bigint, string>()
  const visit = (path: Buffer, name: string) => {
    const stat = lstatSync(path, { bigint: true })
    const first = stat.isFile() ? (firstOf.get(stat.ino) ?? name) : name
    firstOf.set(stat.ino, first)
    const content = stat.isFile()
      ? createHash('sha256').update(readFileSync(path)).digest('hex')
      : stat.isSymbolicLink()
        ? readlinkSync(path, { encoding: 'buffer' }).toString('latin1')
        : ''
    lines.push([name, stat.mode.toString(8), stat.uid, stat.gid, stat.mtimeNs, first, content].join(' '))
    if (!stat.isDirectory()) return
    for (const child of readdirSync(path, { encoding: 'buffer' }).sort(Buffer.compare))
      visit(Buffer.concat([path, Buffer.from('/'), child]), `${name}/${child.toString('latin1')}`)
  }
  visit(Buffer.from(root), '.')
  return lines
}
