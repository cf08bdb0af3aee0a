import { fchmodSync, fchownSync, lchownSync } from 'node:fs'
import { aclFromText } from '../posix-acl.ts'
import { type Subject, systemCalls } from '../system-calls.ts'
import type { Entry } from './member-sink.ts'
import type { OwnerIds } from './owner-ids.ts'
import { placingCalls } from './placing-calls.ts'

/** What of a member's attributes is given to the files that are made. */
export type AttributePolicy = {
  /** Owner and group, which only the superuser can give away. */
  readonly owners: OwnerIds | null
  /** Set-user-id and set-group-id bits; without, a program that the archive brings never gains rights by itself. */
  readonly setId: boolean
  /** Extended attributes beyond `user.`, which carry rights (file capabilities, security labels). */
  readonly privilegedXattrs: boolean
  /** Something that this file system or this user cannot have; `what` is its name. */
  readonly notKept: (entry: Entry, what: string) => void
}

const SET_ID = 0o6000
const STICKY_AND_RIGHTS = 0o1777

/**
 * Gives an open file or folder its owner, mode, attributes and time, in the order in which one does not undo the other:
 * a new owner clears set-id bits and capabilities, and a new mode changes an ACL's mask.
 */
export function applyTo(fd: number, entry: Entry, policy: AttributePolicy): void {
  if (policy.owners !== null) fchownSync(fd, policy.owners.uid(entry), policy.owners.gid(entry))
  fchmodSync(fd, modeOf(entry, policy))
  applyXattrs(fd, entry, policy)
  placingCalls().setTime(fd, entry.mtime)
}

/** As `applyTo`, for what is not opened: a symlink or a special file. Mode is left as it was made. */
export function applyToPath(path: Buffer, entry: Entry, policy: AttributePolicy): void {
  if (policy.owners !== null) lchownSync(path, policy.owners.uid(entry), policy.owners.gid(entry))
  applyXattrs(path, entry, policy)
  placingCalls().setTime(path, entry.mtime)
}

export function modeOf(entry: Entry, policy: AttributePolicy): number {
  if (policy.setId) return entry.mode & (STICKY_AND_RIGHTS | SET_ID)
  return entry.mode & STICKY_AND_RIGHTS
}

function applyXattrs(subject: Subject, entry: Entry, policy: AttributePolicy): void {
  if (entry.xattrs === undefined && entry.acl === undefined) return
  const calls = systemCalls()
  const set = (name: Buffer, value: Buffer | null) => {
    const what = name.toString('latin1')
    const allowed = policy.privilegedXattrs || what.startsWith('user.') || what.startsWith('system.posix_acl_')
    if (calls === null || value === null || !allowed) return policy.notKept(entry, what)
    try {
      calls.setXattr(subject, name, value)
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown
      policy.notKept(entry, what)
    }
  }
  for (const { name, value } of entry.xattrs ?? []) set(name, value)
  for (const kind of ['access', 'default'] as const) {
    const text = entry.acl?.[kind] ?? null
    if (text !== null) set(Buffer.from(`system.posix_acl_${kind}`), aclFromText(text))
  }
}

/** The file system knows no such attribute, or this user may not set it. */
function isRefusal(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null
  return code === 'ENOTSUP' || code === 'EOPNOTSUPP' || code === 'EPERM' || code === 'EINVAL'
}
