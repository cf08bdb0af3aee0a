import type { ManifestEntry } from '../../../shared/model/archive.ts'
import { escapeName } from './member-name.ts'

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
  /** Bytes of content; 0 for everything but a file. */
  readonly size: number
  /** Where a symlink points to, or the name of the member that a hard link is another name of. */
  readonly link: Buffer | null
}

/** The manifest's entry of a member. `sha256`: hex, of a file's content. */
function toEntry(member: Member, sha256: string | null): ManifestEntry {
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
  }
}

/** A line of the manifest: the keys in the order of `toEntry`, so that equal members give equal bytes. */
export function manifestLine(member: Member, sha256: string | null): Buffer {
  return Buffer.from(`${JSON.stringify(toEntry(member, sha256))}\n`, 'utf8')
}
