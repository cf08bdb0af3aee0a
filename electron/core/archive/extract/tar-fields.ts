import { BLOCK } from '../tar-header.ts'

const SECOND = 1_000_000_000n

/** Fields of a tar header as any program may have written them. What is no such thing is null. */

export function textField(block: Buffer, at: number, length: number): Buffer {
  const field = block.subarray(at, at + length)
  const end = field.indexOf(0)
  return Buffer.from(end < 0 ? field : field.subarray(0, end))
}

/** Octal digits, spaces or NULs about them; or, with the first bit set, a big-endian two's complement (GNU's base-256). */
export function integerField(block: Buffer, at: number, length: number): bigint | null {
  const first = block[at] ?? 0
  if ((first & 0x80) !== 0) {
    const magnitude = BigInt(`0x${block.toString('hex', at, at + length)}`)
    const bits = BigInt(length * 8)
    if (first === 0xff) return magnitude - (1n << bits)
    if (first !== 0x80) return null
    return magnitude - (0x80n << (bits - 8n))
  }
  const digits = block
    .toString('latin1', at, at + length)
    .replace(/^[ \0]*/, '')
    .replace(/[ \0].*$/s, '')
  if (digits === '') return 0n
  return /^[0-7]+$/.test(digits) ? BigInt(`0o${digits}`) : null
}

/** A number that a size, an id or a count may be. */
export function countField(block: Buffer, at: number, length: number): number | null {
  return toCount(integerField(block, at, length))
}

function toCount(value: bigint | null): number | null {
  return value !== null && value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null
}

export function decimal(value: Buffer | undefined): number | null {
  const text = value?.toString('latin1') ?? ''
  return /^\d{1,17}$/.test(text) ? toCount(BigInt(text)) : null
}

/** Seconds with any number of digits behind the point; what is finer than a nanosecond is cut. */
export function decimalTime(value: Buffer): bigint | null {
  const parts = /^(-?)(\d{1,12})(?:\.(\d*))?$/.exec(value.toString('latin1'))
  if (parts === null) return null
  const amount = BigInt(parts[2] ?? '0') * SECOND + BigInt((parts[3] ?? '').slice(0, 9).padEnd(9, '0'))
  return parts[1] === '-' ? -amount : amount
}

/** Whether a header's checksum is right; old programs added the bytes up as signed ones. */
export function checksumFits(block: Buffer): boolean {
  const told = integerField(block, 148, 8)
  let unsigned = 8 * 0x20
  let signed = unsigned
  for (let at = 0; at < BLOCK; at += 1) {
    if (at >= 148 && at < 156) continue
    const byte = block[at] ?? 0
    unsigned += byte
    signed += byte > 0x7f ? byte - 0x100 : byte
  }
  return told === BigInt(unsigned) || told === BigInt(signed)
}

/** Records of a pax extended header in their order, a key as often as it stands there. */
export function paxRecords(body: Buffer): [key: string, value: Buffer][] | null {
  const records: [string, Buffer][] = []
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at)
    if (space < 0 || space - at > 8) return null
    const length = decimal(body.subarray(at, space))
    if (length === null || length < 5 || at + length > body.length || body[at + length - 1] !== 0x0a) return null
    const equals = body.indexOf(0x3d, space)
    if (equals <= space + 1 || equals >= at + length) return null
    records.push([body.toString('latin1', space + 1, equals), body.subarray(equals + 1, at + length - 1)])
    at += length
  }
  return records
}
