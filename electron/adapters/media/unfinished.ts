import { constants } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { tryLock, unlock } from 'fs-native-extensions'
import type { Unfinished } from '../../core/ports/medium.ts'
import { codeOf, readFailure } from '../../core/ports/medium-failure.ts'

export const PARTIAL = '.partial'

/**
 * Held on a `.partial` for as long as its writer lives: a lock of the open file, which the system frees with the
 * process. Where the filesystem knows no locks nothing is held, and nothing can be told.
 */
export function holdPlace(handle: FileHandle): 'held' | 'live' | 'unknown' {
  try {
    return tryLock(handle.fd, 0, 1) ? 'held' : 'live'
  } catch {
    return 'unknown'
  }
}

/** Every `.partial` of a folder. One that goes meanwhile is left out. Throws `archive-missing`, `archive-unreadable`. */
export async function unfinishedIn(folder: string): Promise<readonly Unfinished[]> {
  const names = await readdir(folder).catch((thrown: unknown) => {
    throw readFailure(folder, thrown)
  })
  const found: Unfinished[] = []
  for (const name of names.filter((each) => each.endsWith(PARTIAL)).sort()) {
    const one = await look(join(folder, name))
    if (one !== null) found.push(one)
  }
  return found
}

async function look(partial: string): Promise<Unfinished | null> {
  const flags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK
  let handle: FileHandle
  try {
    handle = await open(partial, flags)
  } catch (thrown) {
    if (['ENOENT', 'ELOOP', 'EISDIR', 'ENXIO'].includes(codeOf(thrown))) return null
    throw readFailure(partial, thrown)
  }
  try {
    const about = await handle.stat()
    if (!about.isFile()) return null
    const state = holdPlace(handle)
    if (state === 'held') unlock(handle.fd, 0, 1)
    return {
      path: partial.slice(0, -PARTIAL.length),
      partial,
      bytes: about.size,
      changedAt: about.mtime.toISOString(),
      live: state === 'live',
    }
  } finally {
    await handle.close()
  }
}
