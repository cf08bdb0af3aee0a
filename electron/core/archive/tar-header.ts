import { isUtf8 } from 'node:buffer'
import { type Member, storedSize } from './member.ts'

export const BLOCK = 512
/** What two zero blocks after the last member say: the stream ends here. */
export const TAR_END = Buffer.alloc(2 * BLOCK)

const NAME_LENGTH = 100
const PREFIX_LENGTH = 155
const OWNER_LENGTH = 31
const MAX_ID = 0o7777777
const MAX_SIZE = 0o77777777777
const SECOND = 1_000_000_000n

/** Keywords of pax records. The ACL's is star's, the attribute's too, as GNU tar and libarchive know them. */
export const ACL_ACCESS = 'SCHILY.acl.access'
export const ACL_DEFAULT = 'SCHILY.acl.default'
export const XATTR_PREFIX = 'SCHILY.xattr.'
/** GNU's sparse format 1.0: the true name and size stand in records, a map before the data (`sparse-map.ts`). */
export const SPARSE_NAME = 'GNU.sparse.name'
export const SPARSE_SIZE = 'GNU.sparse.realsize'
/** What a program that knows nothing of sparse files would call such a member. */
const SPARSE_MEMBER = Buffer.from('GNUSparseFile.0/member')

export const typeFlags = { file: '0', hardlink: '1', symlink: '2', directory: '5' } as const

/** Bytes from a member's content to the next header. */
export function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

/**
 * A member's header blocks: ustar, preceded by a pax extended header for what ustar cannot hold. There is exactly one
 * way to write a member, so that a reader can encode what it has read and compare.
 *
 * Names that are no UTF-8 stand as raw bytes in the ustar fields where they fit, as GNU tar writes them; longer ones in
 * a pax `path` under `hdrcharset=BINARY`, which POSIX has for them (GNU tar says that it ignores the keyword, and
 * extracts the right bytes). ASCII uses ustar fields where it fits; other UTF-8 always a pax `path`.
 */
export function encodeHeader(member: Member): Buffer {
  const sparse = member.stored !== undefined
  const contentSize = storedSize(member)
  const stored = member.type === 'directory' ? Buffer.concat([member.name, Buffer.from('/')]) : member.name
  const records: [key: string, value: Buffer | string][] = []
  const split = sparse || needsPax(stored) ? null : splitName(stored)
  const link = member.link ?? Buffer.alloc(0)
  const linkFits = !needsPax(link) && link.length <= NAME_LENGTH
  const paxNames = [...(split === null ? [stored] : []), ...(linkFits ? [] : [link])]
  if (paxNames.some((name) => !isUtf8(name))) records.push(['hdrcharset', 'BINARY'])
  if (split === null && !sparse) records.push(['path', stored])
  if (!linkFits) records.push(['linkpath', link])
  const userFits = fitsOwner(member.user)
  const groupFits = fitsOwner(member.group)
  const seconds = floorSeconds(member.mtime)
  const secondsFit = seconds >= 0n && seconds <= BigInt(MAX_SIZE)
  if (contentSize > MAX_SIZE) records.push(['size', String(contentSize)])
  if (member.uid > MAX_ID) records.push(['uid', String(member.uid)])
  if (member.gid > MAX_ID) records.push(['gid', String(member.gid)])
  if (!userFits) records.push(['uname', member.user])
  if (!groupFits) records.push(['gname', member.group])
  if (!secondsFit || member.mtime % SECOND !== 0n) records.push(['mtime', formatTime(member.mtime)])
  if (member.acl?.access) records.push([ACL_ACCESS, member.acl.access])
  if (member.acl?.default) records.push([ACL_DEFAULT, member.acl.default])
  for (const { name, value } of member.xattrs ?? []) records.push([XATTR_PREFIX + xattrKeyword(name), value])
  if (sparse) {
    records.push(['GNU.sparse.major', '1'], ['GNU.sparse.minor', '0'], [SPARSE_NAME, stored])
    records.push([SPARSE_SIZE, String(member.size)])
  }

  const main = block({
    name: sparse ? SPARSE_MEMBER : split === null ? stored.subarray(0, NAME_LENGTH) : split.name,
    prefix: split === null ? Buffer.alloc(0) : split.prefix,
    flag: typeFlags[member.type],
    mode: member.mode,
    uid: member.uid > MAX_ID ? 0 : member.uid,
    gid: member.gid > MAX_ID ? 0 : member.gid,
    size: contentSize > MAX_SIZE ? 0 : contentSize,
    seconds: secondsFit ? Number(seconds) : 0,
    link: link.subarray(0, NAME_LENGTH),
    user: userFits ? member.user : '',
    group: groupFits ? member.group : '',
  })
  if (records.length === 0) return main
  const body = Buffer.concat(records.map(([key, value]) => record(key, value)))
  const extended = block({
    name: Buffer.from('PaxHeaders/member'),
    prefix: Buffer.alloc(0),
    flag: 'x',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: body.length,
    seconds: 0,
    link: Buffer.alloc(0),
    user: '',
    group: '',
  })
  return Buffer.concat([extended, body, Buffer.alloc(padding(body.length)), main])
}

type Fields = {
  readonly name: Buffer
  readonly prefix: Buffer
  readonly flag: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly seconds: number
  readonly link: Buffer
  readonly user: string
  readonly group: string
}

function block(fields: Fields): Buffer {
  const out = Buffer.alloc(BLOCK)
  fields.name.copy(out, 0)
  octal(out, 100, 7, fields.mode)
  octal(out, 108, 7, fields.uid)
  octal(out, 116, 7, fields.gid)
  octal(out, 124, 11, fields.size)
  octal(out, 136, 11, fields.seconds)
  out.write('        ', 148, 'latin1')
  out.write(fields.flag, 156, 'latin1')
  fields.link.copy(out, 157)
  out.write('ustar\u000000', 257, 'latin1')
  out.write(fields.user, 265, 'latin1')
  out.write(fields.group, 297, 'latin1')
  octal(out, 329, 7, 0)
  octal(out, 337, 7, 0)
  fields.prefix.copy(out, 345)
  octal(out, 148, 6, checksumOf(out))
  return out
}

/** The sum of a header's bytes, its own field counted as spaces. */
export function checksumOf(header: Buffer): number {
  let sum = 8 * 0x20
  for (let at = 0; at < BLOCK; at += 1) if (at < 148 || at >= 156) sum += header[at] ?? 0
  return sum
}

function octal(out: Buffer, at: number, digits: number, value: number): void {
  out.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1')
}

/** An attribute's name in a keyword, which an equals sign would end: as GNU tar writes it. */
function xattrKeyword(name: Buffer): string {
  return name.toString('latin1').replaceAll('%', '%25').replaceAll('=', '%3D')
}

/** The name that `xattrKeyword` was given. */
export function xattrName(keyword: string): Buffer {
  return Buffer.from(keyword.replaceAll('%3D', '=').replaceAll('%25', '%'), 'latin1')
}

function record(key: string, value: Buffer | string): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`, 'latin1'), Buffer.from(value), Buffer.from('\n')])
  let length = rest.length
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  return Buffer.concat([Buffer.from(String(length)), rest])
}

function splitName(stored: Buffer): { readonly name: Buffer; readonly prefix: Buffer } | null {
  if (stored.length <= NAME_LENGTH) return { name: stored, prefix: Buffer.alloc(0) }
  const slash = stored.indexOf('/', stored.length - NAME_LENGTH - 1)
  if (slash < 1 || slash > PREFIX_LENGTH || slash === stored.length - 1) return null
  return { name: stored.subarray(slash + 1), prefix: stored.subarray(0, slash) }
}

/** Valid UTF-8 beyond ASCII: the one kind of name that ustar's fields may not hold. */
function needsPax(name: Buffer): boolean {
  return name.some((byte) => byte > 0x7f) && isUtf8(name)
}

function fitsOwner(name: string): boolean {
  return name.length <= OWNER_LENGTH && /^[\x20-\x7e]*$/.test(name)
}

function floorSeconds(nanoseconds: bigint): bigint {
  const seconds = nanoseconds / SECOND
  return nanoseconds < 0n && nanoseconds % SECOND !== 0n ? seconds - 1n : seconds
}

function formatTime(nanoseconds: bigint): string {
  const amount = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const fraction = (amount % SECOND).toString().padStart(9, '0')
  return `${nanoseconds < 0n ? '-' : ''}${amount / SECOND}.${fraction}`
}
