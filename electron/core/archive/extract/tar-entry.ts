import type { Xattr } from '../member.ts'
import type { Extent } from '../sparse-map.ts'
import { ACL_ACCESS, ACL_DEFAULT, SPARSE_NAME, SPARSE_SIZE, XATTR_PREFIX, xattrName } from '../tar-header.ts'
import type { Entry } from './member-sink.ts'
import { countField, decimal, decimalTime, integerField, textField } from './tar-fields.ts'
import { extentsOfRecords, oldEntries } from './tar-sparse.ts'

/** What a pax extended header says of a member; what it does not say is undefined. */
export type Extended = {
  readonly path?: Buffer
  readonly link?: Buffer
  readonly size?: number
  readonly uid?: number
  readonly gid?: number
  readonly user?: string
  readonly group?: string
  readonly mtime?: bigint
  readonly xattrs?: readonly Xattr[]
  readonly acl?: { readonly access: string | null; readonly default: string | null }
  readonly sparse?: { readonly size: number; readonly name?: Buffer; readonly extents: readonly Extent[] | 'map' }
}

/** Where a file's data is: in one piece, in these extents, or behind a map that stands before it. */
type Sparse = { readonly kind: 'none' | 'map' } | { readonly kind: 'extents'; readonly extents: readonly Extent[] }

/** A member, and the bytes between its header and its padding. */
export type Found = { readonly entry: Entry; readonly stored: number; readonly sparse: Sparse }
export type Refused = { readonly refused: string; readonly name: Buffer }

const SECOND = 1_000_000_000n
const LIBARCHIVE_XATTR = 'LIBARCHIVE.xattr.'
const types: Readonly<Record<string, Entry['type']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
}

/** Null: a record that we know says something that it cannot. Those that we don't know are passed over, as pax has it. */
export function extendedOf(records: readonly (readonly [key: string, value: Buffer])[]): Extended | null {
  const last = new Map(records)
  const numbers = { size: last.get('size'), uid: last.get('uid'), gid: last.get('gid') }
  for (const value of Object.values(numbers)) if (value !== undefined && decimal(value) === null) return null
  const time = last.get('mtime')
  const mtime = time === undefined ? undefined : decimalTime(time)
  if (mtime === null) return null
  const sparse = sparseOf(records, last)
  if (sparse === null) return null
  const text = (key: string) => last.get(key)?.toString('utf8')
  const xattrs = xattrsOf(records)
  const acl = { access: text(ACL_ACCESS) ?? null, default: text(ACL_DEFAULT) ?? null }
  return withoutUndefined({
    path: last.get('path'),
    link: last.get('linkpath'),
    size: decimal(numbers.size) ?? undefined,
    uid: decimal(numbers.uid) ?? undefined,
    gid: decimal(numbers.gid) ?? undefined,
    user: text('uname'),
    group: text('gname'),
    mtime,
    xattrs: xattrs.length === 0 ? undefined : xattrs,
    acl: acl.access === null && acl.default === null ? undefined : acl,
    sparse,
  })
}

/** The member of a main header and what stood before it. A text names the field that is wrong. */
export function describe(
  block: Buffer,
  extended: Extended,
  longName: Buffer | null,
  longLink: Buffer | null,
): Found | Refused | string {
  const flag = String.fromCharCode(block[156] ?? 0)
  const stored = extended.size ?? countField(block, 124, 12)
  const uid = extended.uid ?? countField(block, 108, 8)
  const gid = extended.gid ?? countField(block, 116, 8)
  const mode = countField(block, 100, 8)
  const seconds = integerField(block, 136, 12)
  const mtime = extended.mtime ?? (seconds === null ? null : seconds * SECOND)
  if (stored === null) return 'size'
  if (mode === null) return 'mode'
  if (uid === null || gid === null) return 'owner'
  if (mtime === null || !isTime(mtime)) return 'mtime'
  const given = extended.sparse?.name ?? extended.path ?? longName ?? headerName(block)
  const type =
    flag in types && !(isOldFile(flag) && given.at(-1) === 0x2f) ? types[flag] : isOldFile(flag) ? 'directory' : null
  const name = plainName(given)
  if (type === null || type === undefined) return { refused: JSON.stringify(flag), name }
  const sparse = flag === 'S' ? oldSparse(block) : extended.sparse
  if (sparse === null) return 'sparse'
  if (sparse !== undefined && type !== 'file') return 'sparse'
  if (type !== 'file' && stored !== 0) return 'size'
  const isLink = type === 'symlink' || type === 'hardlink'
  const link = extended.link ?? longLink ?? textField(block, 157, 100)
  const isDevice = type === 'character' || type === 'block'
  const entry: Entry = {
    name,
    type,
    mode: mode & 0o7777,
    uid,
    gid,
    user: extended.user ?? textField(block, 265, 32).toString('utf8'),
    group: extended.group ?? textField(block, 297, 32).toString('utf8'),
    mtime,
    size: type === 'file' ? (sparse?.size ?? stored) : 0,
    link: isLink ? (type === 'hardlink' ? plainName(link) : link) : null,
    ...(extended.xattrs === undefined ? {} : { xattrs: extended.xattrs }),
    ...(extended.acl === undefined ? {} : { acl: extended.acl }),
    ...(isDevice ? { device: { major: countField(block, 329, 8) ?? 0, minor: countField(block, 337, 8) ?? 0 } } : {}),
  }
  const map = sparse === undefined ? 'none' : sparse.extents
  return {
    entry,
    stored,
    sparse: typeof map === 'string' ? { kind: map } : { kind: 'extents', extents: map },
  }
}

/** Members of ours have no such beginning and end; tar writes them for `tar -c .` and for folders. */
function plainName(name: Buffer): Buffer {
  let from = 0
  while (name[from] === 0x2e && name[from + 1] === 0x2f) {
    from += 2
    while (name[from] === 0x2f) from += 1
  }
  let to = name.length
  while (to > from + 1 && name[to - 1] === 0x2f) to -= 1
  return to <= from ? Buffer.from(name.length === 0 ? '' : '.') : name.subarray(from, to)
}

function headerName(block: Buffer): Buffer {
  const name = textField(block, 0, 100)
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isPosix ? textField(block, 345, 155) : Buffer.alloc(0)
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name])
}

function isOldFile(flag: string): boolean {
  return flag === '0' || flag === '\0'
}

/** Within what a file system can hold: 64-bit seconds are more than any has, and shifts of them overflow elsewhere. */
function isTime(nanoseconds: bigint): boolean {
  const seconds = nanoseconds / SECOND
  return seconds < 1n << 40n && seconds > -(1n << 40n)
}

function oldSparse(block: Buffer): NonNullable<Extended['sparse']> | null {
  const size = countField(block, 483, 12)
  const extents = oldEntries(block, 386, 4)
  return size === null || extents === null ? null : { size, extents }
}

/** Undefined: not sparse; null: sparse, but not well told. */
function sparseOf(
  records: readonly (readonly [key: string, value: Buffer])[],
  last: ReadonlyMap<string, Buffer>,
): Extended['sparse'] | null {
  const name = last.get(SPARSE_NAME)
  const named = name === undefined ? {} : { name }
  const major = last.get('GNU.sparse.major')
  if (major !== undefined) {
    const size = decimal(last.get(SPARSE_SIZE))
    const isKnown = major.toString() === '1' && last.get('GNU.sparse.minor')?.toString() === '0'
    return size === null || !isKnown ? null : { ...named, size, extents: 'map' }
  }
  const told = last.get('GNU.sparse.size')
  if (told === undefined) return undefined
  const size = decimal(told)
  const extents = extentsOfRecords(records)
  return size === null || extents === null ? null : { ...named, size, extents }
}

function xattrsOf(records: readonly (readonly [key: string, value: Buffer])[]): Xattr[] {
  const found = new Map<string, Xattr>()
  const add = (name: Buffer, value: Buffer) => {
    if (name.length > 0 && !name.includes(0)) found.set(name.toString('latin1'), { name, value })
  }
  for (const [key, value] of records) {
    if (key.startsWith(XATTR_PREFIX)) add(xattrName(key.slice(XATTR_PREFIX.length)), value)
    else if (key.startsWith(LIBARCHIVE_XATTR) && !found.has(key.slice(LIBARCHIVE_XATTR.length)))
      add(Buffer.from(key.slice(LIBARCHIVE_XATTR.length), 'latin1'), Buffer.from(value.toString('latin1'), 'base64'))
  }
  return [...found.values()]
}

function withoutUndefined(given: { readonly [Key in keyof Extended]: Extended[Key] | undefined }): Extended {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
