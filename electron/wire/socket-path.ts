import { lstatSync, mkdirSync } from 'node:fs'
import { fail } from '../../shared/model/problem.ts'

/** Room of `sun_path` without its final zero. Node silently cuts a longer path and then talks to another socket. */
const longest = 107

/** Throws `socket-path-too-long` for a path that the system would cut. */
export function assertSocketPath(path: string): void {
  const bytes = Buffer.byteLength(path)
  if (bytes > longest) throw fail('socket-path-too-long', { path, bytes })
}

/**
 * Makes the folder of the sockets with mode 0700, or checks that an existing one is a folder of this user that nobody
 * else can enter. Throws `socket-folder-open`.
 */
export function prepareSocketFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  const mine = process.getuid === undefined || found.uid === process.getuid()
  if (!found.isDirectory() || !mine || (found.mode & 0o077) !== 0) throw fail('socket-folder-open', { path: folder })
}
