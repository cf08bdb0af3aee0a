import { constants } from 'node:fs'
import { link, lstat, open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from '../../core/ports/medium-failure.ts'

/** How filesystems, and what stands between them and us, say that they know no hard links. */
const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL']

/**
 * Gives a file its other name, durably, and never replaces what has that name: throws `EEXIST` as the system does. A hard
 * link is that by nature. Where the filesystem has none (FAT, exFAT) the name is looked at and the file renamed: whoever
 * of us wants that name holds its `.partial` before, so between the look and the rename only a foreign program could
 * come (own decision: a placeholder would close that instant, but show an empty file under an archive's name after a crash).
 */
export async function settleName(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
    await unlink(from)
  } catch (thrown) {
    if (!noLinks.includes(codeOf(thrown))) throw thrown
    if (await present(to)) throw Object.assign(new Error(`${to} exists`), { code: 'EEXIST' })
    await rename(from, to)
  }
  await syncFolder(dirname(to))
}

/** Whether anything has that name; a place that cannot be looked at counts as none, and is told when it is used. */
export async function present(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

/** Makes the names in a folder durable. A filesystem that cannot sync a folder keeps its names in order by itself. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await handle.sync()
  } catch (thrown) {
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(codeOf(thrown))) throw thrown
  } finally {
    await handle.close()
  }
}
