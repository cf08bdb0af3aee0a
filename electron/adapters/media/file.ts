import { constants, type Stats } from 'node:fs'
import { access, type FileHandle, lstat, open, realpath, stat, statfs, unlink } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, sep } from 'node:path'
import { fail, type Problem, ProblemError, problem } from '../../../shared/model/problem.ts'
import type { Medium, MediumWants, MediumWriter, ResumedWriter } from '../../core/ports/medium.ts'
import { codeOf, mediumFailure } from '../../core/ports/medium-failure.ts'
import { openFile } from './file-reader.ts'
import { present, settleName, syncFolder } from './settle-name.ts'
import { holdPlace, PARTIAL, unfinishedIn } from './unfinished.ts'

/**
 * An archive as a regular file. It is written as `NAME.partial` (0600, created exclusively, locked while its writer
 * lives), fsynced, gets its final name without replacing anything, and the folder is fsynced.
 *
 * A `.partial` that is there already is refused and named, never removed (own decision): on a shared folder nothing
 * tells for certain a dead run's file from one that another machine is writing.
 */
export const fileMedium: Medium = {
  check,
  create,
  remove,
  discardUnfinished: (path) => remove(path + PARTIAL),
  reject,
  open: openFile,
  isPresent: ({ path, bytes }) =>
    stat(path).then(
      (about) => about.isFile() && about.size === bytes,
      () => false,
    ),
  resume,
  placeFor: async (place, name) =>
    stat(place).then(
      (about) => (about.isDirectory() ? join(place, name) : place),
      () => place,
    ),
  unfinishedIn,
}

async function check(path: string, wants: MediumWants = {}): Promise<readonly Problem[]> {
  if (!isAbsolute(path)) return [problem('archive-path-relative', { path })]
  const folder = dirname(path)
  const found: Problem[] = []
  if (await present(path)) found.push(problem('medium-exists', { path }))
  if (await present(path + PARTIAL)) found.push(problem('medium-partial-exists', { path: path + PARTIAL }))
  const about = await stat(folder).catch(codeOf)
  if (about === 'EACCES') return [...found, problem('medium-not-writable', { path: folder, text: about })]
  if (typeof about === 'string' || !about.isDirectory())
    return [...found, problem('medium-folder-missing', { path: folder })]
  const denied = await access(folder, constants.W_OK | constants.X_OK).then(() => null, codeOf)
  if (denied !== null) found.push(problem('medium-not-writable', { path: folder, text: denied }))
  try {
    const target = await targetAround(join(await realpath(folder), basename(path)), wants.targets ?? [])
    if (target !== null) found.push(problem('medium-inside-target', { path, target }))
    if (wants.needBytes !== undefined) {
      const { bavail, bsize } = await statfs(folder)
      const free = bavail * bsize
      if (free < wants.needBytes) found.push(problem('medium-too-small', { path: folder, need: wants.needBytes, free }))
    }
    return found
  } catch (thrown) {
    // It was there a moment ago.
    return [...found, goneOr(folder, thrown).problem]
  }
}

/** What fails at a folder: a medium that was taken away in this very moment is told as one that is not there. */
function goneOr(folder: string, thrown: unknown): ProblemError {
  const code = codeOf(thrown)
  if (code === 'ENOENT' || code === 'ENOTDIR') return fail('medium-folder-missing', { path: folder }, thrown)
  return mediumFailure(folder, thrown)
}

async function create(path: string): Promise<MediumWriter> {
  const [first] = await check(path)
  if (first !== undefined) throw new ProblemError(first)
  const partial = path + PARTIAL
  const opened: FileHandle[] = []
  const keep = async (opening: Promise<FileHandle>) => {
    const handle = await opening
    opened.push(handle)
    return handle
  }
  try {
    const scratches = [await keep(nameless(partial)), await keep(nameless(partial))] as const
    const handle = await keep(claim(partial, constants.O_RDWR))
    holdPlace(handle)
    const scratch = [scratches[0].fd, scratches[1].fd] as const
    return { ...writerOf(path, handle, await handle.stat(), scratches), scratch }
  } catch (thrown) {
    await Promise.all(opened.map(closed))
    throw mediumFailure(partial, thrown)
  }
}

/** What closing still says (the disk is gone) changes nothing: what had to be durable was synced before. */
function closed(handle: FileHandle): Promise<void> {
  return handle.close().catch(() => undefined)
}

async function resume(path: string): Promise<ResumedWriter | null> {
  const partial = path + PARTIAL
  let handle: FileHandle
  try {
    handle = await open(partial, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return null
    throw mediumFailure(partial, thrown)
  }
  try {
    const about = await handle.stat()
    if (!about.isFile()) throw fail('medium-partial-exists', { path: partial })
    // Where nothing can be locked nothing tells that its writer is gone.
    if (holdPlace(handle) !== 'held') throw fail('medium-partial-live', { path: partial })
    return {
      ...writerOf(path, handle, about),
      kept: about.size,
    }
  } catch (thrown) {
    await handle.close()
    throw thrown
  }
}

function writerOf(
  path: string,
  handle: FileHandle,
  mine: Stats,
  others: readonly FileHandle[] = [],
): Omit<ResumedWriter, 'kept'> {
  const partial = path + PARTIAL
  let open = true
  let givenUp = false
  let settling: Promise<void> | null = null
  const close = async () => {
    if (!open) return
    open = false
    await Promise.all([handle, ...others].map(closed))
  }
  const closeAfter = async (gone?: Promise<void>) => {
    if (gone === undefined) await close()
    else void gone.then(close)
  }
  return {
    sink: { kind: 'file', fd: handle.fd },
    commit: async () => {
      try {
        await handle.sync()
        if (givenUp) throw fail('cancelled')
        settling = settleName(partial, path)
        await settling
        await close()
      } catch (thrown) {
        if (codeOf(thrown) === 'EEXIST') throw fail('medium-exists', { path }, thrown)
        throw mediumFailure(path, thrown)
      }
    },
    leave: (gone) => closeAfter(gone),
    discard: async (gone) => {
      givenUp = true
      await settling?.catch(() => undefined)
      try {
        for (const name of [partial, path]) if (sameFile(await lstat(name).catch(() => null), mine)) await unlink(name)
      } catch (thrown) {
        throw mediumFailure(path, thrown)
      } finally {
        await closeAfter(gone)
      }
    },
  }
}

async function remove(path: string): Promise<void> {
  try {
    await unlink(path)
    await syncFolder(dirname(path))
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw mediumFailure(path, thrown)
  }
}

/** It becomes `NAME.rejected`, or `NAME.rejected-2` and so on. */
async function reject(path: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const rejected = `${path}.rejected${number === 1 ? '' : `-${number}`}`
    try {
      await settleName(path, rejected)
      return rejected
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw mediumFailure(path, thrown)
    }
  }
}

/** Opens a file that did not exist; what prevents it is a problem of the medium. */
async function claim(partial: string, access: number): Promise<FileHandle> {
  try {
    return await open(partial, access | constants.O_CREAT | constants.O_EXCL, 0o600)
  } catch (thrown) {
    const code = codeOf(thrown)
    if (code === 'EEXIST') throw fail('medium-partial-exists', { path: partial }, thrown)
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      throw fail('medium-not-writable', { path: dirname(partial), text: code }, thrown)
    throw goneOr(dirname(partial), thrown)
  }
}

/**
 * On the archive's own filesystem, because a temporary folder may be memory. It bears the partial's name for the moment
 * until it is unlinked, so that a kill leaves no name that nobody looks for.
 */
async function nameless(partial: string): Promise<FileHandle> {
  const handle = await claim(partial, constants.O_RDWR)
  try {
    await unlink(partial)
    return handle
  } catch (thrown) {
    await closed(handle)
    throw goneOr(dirname(partial), thrown)
  }
}

async function targetAround(path: string, targets: readonly string[]): Promise<string | null> {
  for (const target of targets) {
    const real = await realpath(target).catch(() => target)
    if (path === real || path.startsWith(real.endsWith(sep) ? real : real + sep)) return target
  }
  return null
}

function sameFile(found: Stats | null, mine: Stats): boolean {
  return found !== null && found.ino === mine.ino && found.dev === mine.dev
}
