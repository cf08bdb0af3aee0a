import type { ManifestEntry } from '../../../shared/model/archive.ts'
import { escapeName, unescapeName } from './member-name.ts'

/** What a tar header says about a member. `name` and `link` are bytes, without a folder's trailing slash. */
export type Member = {
  readonly name: Buffer
  readonly type: ManifestEntry['type']
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly user: string
  readonly group: string
  /** Nanoseconds since the epoch. */
  readonly mtime: bigint
  /** Bytes of content, of a sparse file its holes included; 0 for everything but a file. */
  readonly size: number
  /** Where a symlink points to, or the name of the member that a hard link is another name of. */
  readonly link: Buffer | null
  /** Only of a sparse file: bytes that stand for it in the stream, the map's blocks and the data (see `sparse-map.ts`). */
  readonly stored?: number
  /** Only where there are any: extended attributes but for ACLs, in byte order of their names. */
  readonly xattrs?: readonly Xattr[]
  /** Only where there is one: POSIX ACLs, in the form of `posix-acl.ts`. */
  readonly acl?: Acl
}

export type Xattr = { readonly name: Buffer; readonly value: Buffer }
export type Acl = { readonly access: string | null; readonly default: string | null }

/** Bytes between a member's header and its padding. */
export function storedSize(member: Member): number {
  return member.stored ?? member.size
}

/** The manifest's entry of a member. `sha256`: hex, of a file's content. */
export function entryOf(member: Member, sha256: string | null): ManifestEntry {
  return {
    path: escapeName(member.name),
    type: member.type,
    mode: member.mode,
    uid: member.uid,
    gid: member.gid,
    user: member.user,
    group: member.group,
    mtime: member.mtime.toString(),
    size: member.size,
    sha256,
    link: member.link === null ? null : escapeName(member.link),
    ...(member.stored === undefined ? {} : { stored: member.stored }),
    ...(member.xattrs === undefined ? {} : { xattrs: attributesOf(member.xattrs) }),
    ...(member.acl === undefined ? {} : { acl: { access: member.acl.access, default: member.acl.default } }),
  }
}

/** A line of the manifest: the keys in the order of `entryOf`, so that equal members give equal bytes. */
export function manifestLine(member: Member, sha256: string | null): Buffer {
  return Buffer.from(`${JSON.stringify(entryOf(member, sha256))}\n`, 'utf8')
}

function attributesOf(xattrs: readonly Xattr[]): Record<string, string> {
  return Object.fromEntries(xattrs.map(({ name, value }) => [escapeName(name), value.toString('base64')]))
}

/** The member of a manifest's entry: what was written, so that its header can be encoded anew. */
export function memberOf(entry: ManifestEntry): Member {
  const { type, mode, uid, gid, user, group, mtime, size, link, stored, xattrs, acl } = entry
  const listed = Object.entries(xattrs ?? {}).map(([name, value]) => ({
    name: unescapeName(name),
    value: Buffer.from(value, 'base64'),
  }))
  return {
    name: unescapeName(entry.path),
    ...{ type, mode, uid, gid, user, group, size },
    mtime: /^-?\d{1,30}$/.test(mtime) ? BigInt(mtime) : 0n,
    link: link === null ? null : unescapeName(link),
    ...(stored === undefined ? {} : { stored }),
    ...(xattrs === undefined ? {} : { xattrs: listed.sort((one, other) => Buffer.compare(one.name, other.name)) }),
    ...(acl === undefined ? {} : { acl }),
  }
}
