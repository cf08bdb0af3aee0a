import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { fail } from '../../../shared/model/problem.ts'
import type { Member } from './member.ts'
import { escapeName } from './member-name.ts'
import type { Owners } from './owners.ts'
import { type Found, reading } from './walk.ts'

/** What a source is, as far as the archive is concerned; a socket holds nothing and is left out with a warning. */
export type SourceKind = 'file' | 'directory' | 'symlink' | 'socket'

/**
 * A pipe or a device in a target is refused by `archive-source-kind` (own decision): nothing of the directory or mail
 * servers is one, so it is a sign of a wrong target, and a restore would have to make it as the superuser.
 */
export function kindOf({ path, stat }: Found): SourceKind {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'directory'
  if (stat.isSymbolicLink()) return 'symlink'
  if (stat.isSocket()) return 'socket'
  const kind = stat.isFIFO() ? 'fifo' : 'device'
  throw fail('archive-source-kind', { path: escapeName(path), kind })
}

/** What all kinds of members have in common. A member's name is its absolute path without the leading slash. */
export function commonOf(found: Found, owners: Owners): Omit<Member, 'type' | 'size' | 'link'> {
  const uid = Number(found.stat.uid)
  const gid = Number(found.stat.gid)
  return {
    name: memberName(found.path),
    mode: Number(found.stat.mode & 0o7777n),
    uid,
    gid,
    user: owners.user(uid),
    group: owners.group(gid),
    mtime: found.stat.mtimeNs,
  }
}

/** The file system's root itself is the member `.`. */
export function memberName(path: Buffer): Buffer {
  return path.length === 1 ? Buffer.from('.') : path.subarray(1)
}

export const FINGERPRINT_BYTES = 72

/** All that changes with a change of the file or of what it is; the access time is left out because reading sets it. */
export function fingerprint(stat: BigIntStats): Buffer {
  const out = Buffer.alloc(FINGERPRINT_BYTES)
  const fields = [stat.dev, stat.ino, stat.mode, stat.nlink, stat.uid, stat.gid, stat.size, stat.mtimeNs, stat.ctimeNs]
  fields.forEach((field, index) => {
    out.writeBigUInt64LE(BigInt.asUintN(64, field), index * 8)
  })
  return out
}

/**
 * Opens a file that the walk has found and hands it to `read`. It must be the very same before and after, else
 * `archive-source-changed`.
 */
export async function withUnchanged(found: Found, read: (fd: number) => Promise<void>): Promise<void> {
  // Neither a link that took the file's place nor a pipe may lead elsewhere or block.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const fd = reading(found.path, (path) => openSync(path, flags))
  try {
    expectUnchanged(found, fstatSync(fd, { bigint: true }))
    await read(fd)
    expectUnchanged(found, fstatSync(fd, { bigint: true }))
  } finally {
    closeSync(fd)
  }
}

/** Reads into `room`; a file that ends before its size is `archive-source-changed`. */
export function readSome(found: Found, fd: number, room: Buffer): number {
  const count = reading(found.path, () => readSync(fd, room, 0, room.length, null))
  if (count === 0) throw fail('archive-source-changed', { path: escapeName(found.path) })
  return count
}

function expectUnchanged(found: Found, now: BigIntStats): void {
  if (!fingerprint(found.stat).equals(fingerprint(now)))
    throw fail('archive-source-changed', { path: escapeName(found.path) })
}
