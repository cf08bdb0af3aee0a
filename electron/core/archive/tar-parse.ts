import type { Member } from './member.ts'
import {
  ACL_ACCESS,
  ACL_DEFAULT,
  BLOCK,
  encodeHeader,
  padding,
  SPARSE_NAME,
  SPARSE_SIZE,
  typeFlags,
  XATTR_PREFIX,
  xattrName,
} from './tar-header.ts'

const MAX_EXTENDED = 1024 * 1024
const SECOND = 1_000_000_000n

/** Bytes of header blocks that a member has in all, told from the first block; null: no header of ours begins like this. */
export function headerLength(first: Buffer): number | null {
  if (first[156] !== 0x78) return BLOCK
  const size = readOctal(first, 124, 12)
  if (size === null || size === 0 || size > MAX_EXTENDED) return null
  return BLOCK + size + padding(size) + BLOCK
}

/**
 * The member that these header blocks describe; null when a byte of them is other than `encodeHeader` writes it
 * (magic, checksum, zero padding, order of records: everything is compared).
 */
export function parseHeader(blocks: Buffer): Member | null {
  const main = blocks.subarray(blocks.length - BLOCK)
  const records = blocks.length === BLOCK ? new Map<string, Buffer>() : readRecords(blocks)
  if (records === null) return null
  const type = typeOf(main)
  const mode = readOctal(main, 100, 8)
  const uid = readNumber(records.get('uid')) ?? readOctal(main, 108, 8)
  const gid = readNumber(records.get('gid')) ?? readOctal(main, 116, 8)
  const size = readNumber(records.get('size')) ?? readOctal(main, 124, 12)
  const mtime = readTime(records.get('mtime')) ?? seconds(readOctal(main, 136, 12))
  if (type === null || mode === null || uid === null || gid === null || size === null || mtime === null) return null
  const realSize = readNumber(records.get(SPARSE_SIZE))
  const stored = records.get(SPARSE_NAME) ?? records.get('path') ?? joinName(text(main, 345, 155), text(main, 0, 100))
  const link = records.get('linkpath') ?? text(main, 157, 100)
  const member: Member = {
    name: type === 'directory' && stored.at(-1) === 0x2f ? stored.subarray(0, -1) : stored,
    type,
    mode,
    uid,
    gid,
    user: records.get('uname')?.toString('utf8') ?? text(main, 265, 32).toString('latin1'),
    group: records.get('gname')?.toString('utf8') ?? text(main, 297, 32).toString('latin1'),
    mtime,
    size: realSize ?? size,
    link: type === 'symlink' || type === 'hardlink' ? link : null,
    ...(realSize === null ? {} : { stored: size }),
    ...xattrsOf(records),
    ...aclOf(records),
  }
  return encodeHeader(member).equals(blocks) ? member : null
}

function xattrsOf(records: ReadonlyMap<string, Buffer>): Pick<Member, 'xattrs'> {
  const xattrs = [...records]
    .filter(([key]) => key.startsWith(XATTR_PREFIX))
    .map(([key, value]) => ({ name: xattrName(key.slice(XATTR_PREFIX.length)), value }))
  return xattrs.length === 0 ? {} : { xattrs }
}

function aclOf(records: ReadonlyMap<string, Buffer>): Pick<Member, 'acl'> {
  const textOf = (key: string) => records.get(key)?.toString('latin1') ?? null
  const acl = { access: textOf(ACL_ACCESS), default: textOf(ACL_DEFAULT) }
  return acl.access === null && acl.default === null ? {} : { acl }
}

function readRecords(blocks: Buffer): Map<string, Buffer> | null {
  const size = readOctal(blocks, 124, 12)
  if (size === null) return null
  const records = new Map<string, Buffer>()
  let at = BLOCK
  while (at < BLOCK + size) {
    const space = blocks.indexOf(' ', at)
    const length = readNumber(blocks.subarray(at, space))
    if (space < 0 || length === null || length < 5 || at + length > BLOCK + size) return null
    const equals = blocks.indexOf('=', space)
    if (equals < 0 || equals >= at + length) return null
    records.set(blocks.subarray(space + 1, equals).toString('latin1'), blocks.subarray(equals + 1, at + length - 1))
    at += length
  }
  return records
}

function typeOf(main: Buffer): Member['type'] | null {
  const flag = String.fromCharCode(main[156] ?? 0)
  const found = Object.entries(typeFlags).find(([, each]) => each === flag)
  return found === undefined ? null : (found[0] as Member['type'])
}

function joinName(prefix: Buffer, name: Buffer): Buffer {
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name])
}

function text(main: Buffer, at: number, length: number): Buffer {
  const field = main.subarray(at, at + length)
  const end = field.indexOf(0)
  return end < 0 ? field : field.subarray(0, end)
}

function readOctal(main: Buffer, at: number, length: number): number | null {
  const digits = text(main, at, length).toString('latin1')
  return /^[0-7]{1,11}$/.test(digits) ? Number.parseInt(digits, 8) : null
}

function readNumber(value: Buffer | undefined): number | null {
  const digits = value?.toString('latin1') ?? ''
  const number = /^\d{1,16}$/.test(digits) ? Number(digits) : Number.NaN
  return Number.isSafeInteger(number) ? number : null
}

function readTime(value: Buffer | undefined): bigint | null {
  const parts = /^(-?)(\d{1,18})\.(\d{9})$/.exec(value?.toString('latin1') ?? '')
  if (parts === null) return null
  const amount = BigInt(parts[2] ?? '0') * SECOND + BigInt(parts[3] ?? '0')
  return parts[1] === '-' ? -amount : amount
}

function seconds(value: number | null): bigint | null {
  return value === null ? null : BigInt(value) * SECOND
}
