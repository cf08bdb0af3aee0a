import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { fail, type Problem, ProblemError, problem } from '../../../../shared/model/problem.ts'
import type { Medium } from '../../../core/ports/medium.ts'

/** Archives in memory, by their absolute path: the simplest keeper of the port's law, for whoever tests against it. */
export type MemoryMedium = Medium & {
  readonly archives: Map<string, Buffer>
  readonly unfinished: Map<string, Buffer[]>
}

export function memoryMedium(options: { readonly capacity?: number } = {}): MemoryMedium {
  const archives = new Map<string, Buffer>()
  const unfinished = new Map<string, Buffer[]>()
  const { capacity = Number.POSITIVE_INFINITY } = options
  const obstacles = (path: string, needBytes = 0): readonly Problem[] => {
    if (!isAbsolute(path)) return [problem('archive-path-relative', { path })]
    return [
      ...(archives.has(path) ? [problem('medium-exists', { path })] : []),
      ...(unfinished.has(path) ? [problem('medium-partial-exists', { path })] : []),
      ...(needBytes > capacity ? [problem('medium-too-small', { path, need: needBytes, free: capacity })] : []),
    ]
  }
  return {
    archives,
    unfinished,
    check: async (path, { needBytes, targets = [] } = {}) => [
      ...obstacles(path, needBytes),
      ...targets
        .filter((target) => path.startsWith(`${target}/`))
        .map((target) => problem('medium-inside-target', { path, target })),
    ],
    create: async (path) => {
      const [first] = obstacles(path)
      if (first !== undefined) throw new ProblemError(first)
      const pieces: Buffer[] = []
      unfinished.set(path, pieces)
      const scratch = scratchFiles()
      let bytes = 0
      const discard = async () => {
        unfinished.delete(path)
        scratch.close()
      }
      return {
        sink: {
          kind: 'stream',
          write: async (given) => {
            bytes += given.length
            if (bytes > capacity) throw fail('medium-full', { path })
            pieces.push(Buffer.from(given))
          },
        },
        scratch: scratch.fds,
        commit: async () => {
          if (archives.has(path)) throw fail('medium-exists', { path })
          archives.set(path, Buffer.concat(pieces))
          unfinished.delete(path)
          scratch.close()
        },
        discard,
        leave: discard,
      }
    },
    remove: async (path) => void archives.delete(path),
    discardUnfinished: async (path) => void unfinished.delete(path),
    open: async (path) => {
      const bytes = archives.get(path)
      if (bytes === undefined) throw fail('archive-missing', { path })
      const readAt = async (offset: number, length: number) => bytes.subarray(offset, offset + length)
      return {
        path,
        plain: false,
        size: bytes.length,
        readAt,
        filesystem: 'memory',
        uncached: false,
        mark: async () => null,
        close: async () => undefined,
      }
    },
    isPresent: async ({ path, bytes }) => archives.get(path)?.length === bytes,
    resume: async () => null,
    placeFor: async (place) => place,
    unfinishedIn: async (folder) =>
      [...unfinished.keys()]
        .sort()
        .flatMap((path) =>
          dirname(path) === folder
            ? [{ path, partial: path, bytes: 0, changedAt: new Date(0).toISOString(), live: true }]
            : [],
        ),
    reject: async (path) => {
      const bytes = archives.get(path)
      if (bytes === undefined) throw fail('medium-failed', { path, text: 'ENOENT' })
      let name = `${path}.rejected`
      for (let number = 2; archives.has(name); number += 1) name = `${path}.rejected-${number}`
      archives.set(name, bytes)
      archives.delete(path)
      return name
    },
  }
}

function scratchFiles(): { readonly fds: readonly [number, number]; readonly close: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'scratch-'))
  const fds = [openSync(join(folder, '1'), 'wx+'), openSync(join(folder, '2'), 'wx+')] as const
  rmSync(folder, { recursive: true })
  let open = true
  const close = () => {
    if (open) for (const fd of fds) closeSync(fd)
    open = false
  }
  return { fds, close }
}
