import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  type PathLike,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Makes a folder's entries (created, renamed, removed names) survive a power failure. */
export function fsyncFolder(folder: PathLike): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Creates `folder` and what is missing above it, mode 0700, each name durable. Does nothing when it is there. */
export function makeFolderDurable(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolderDurable(parent)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  fsyncFolder(parent)
}

/**
 * Replaces `path` as a whole: after a crash at any moment it holds either what it held before or all of `data`.
 * Throws the system's error, and then leaves no temporary file behind.
 */
export function writeFileDurable(path: string, data: string | Uint8Array, mode = 0o600): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const fd = openSync(temporary, 'wx', mode)
    try {
      writeFileSync(fd, data)
      fchmodSync(fd, mode)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  fsyncFolder(dirname(path))
}
