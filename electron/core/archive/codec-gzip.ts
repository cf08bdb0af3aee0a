import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Codec, Found, ReadAt } from './codec.ts'

const compressMember = promisify(gzip)
const decompressMember = promisify(gunzip)

const PLAIN_HEADER = 10
/** Header, length of the extra field, and the subfield's name and length. */
const HEADER = 16
const FRAME_HEADER = HEADER + 4
/** An empty deflate stream, then CRC and size of nothing. */
const EMPTY_END = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0])
const SEAL_PART = 65_000

/**
 * RFC 1952: members one after another. An extra field `UN` of each tells the member's whole length (as BGZF does), so
 * that members are found without decoding; the seal is held by the extra fields `US` of empty members.
 */
export const gzipCodec: Codec = {
  kind: 'gzip',
  defaultLevel: 6,
  afterFooter: EMPTY_END.length,
  compress: async (raw, level) => {
    const plain = await compressMember(raw, { level })
    const length = Buffer.alloc(4)
    length.writeUInt32LE(plain.length - PLAIN_HEADER + FRAME_HEADER)
    return Buffer.concat([header('UN', length), plain.subarray(PLAIN_HEADER)])
  },
  decompress: (frame, limit) => decompressMember(frame, { maxOutputLength: Math.max(limit, 1) }),
  measure,
  wrap: (body, footer) => {
    const parts: Buffer[] = []
    for (let at = 0; at < body.length || at === 0; at += SEAL_PART) parts.push(body.subarray(at, at + SEAL_PART))
    const last = Buffer.concat([parts.pop() ?? Buffer.alloc(0), footer])
    return Buffer.concat([...parts, last].flatMap((part) => [header('US', part), EMPTY_END]))
  },
  unwrap: (wrapped) => {
    const parts: Buffer[] = []
    for (let at = 0; at < wrapped.length; ) {
      if (wrapped.length - at < HEADER || wrapped.toString('latin1', at + 12, at + 14) !== 'US') return null
      const length = wrapped.readUInt16LE(at + 14)
      parts.push(wrapped.subarray(at + HEADER, at + HEADER + length))
      at += HEADER + length + EMPTY_END.length
    }
    return Buffer.concat(parts)
  },
}

function header(name: 'UN' | 'US', content: Buffer): Buffer {
  const out = Buffer.alloc(HEADER)
  Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255]).copy(out)
  out.writeUInt16LE(content.length + 4, 10)
  out.write(name, 12, 'latin1')
  out.writeUInt16LE(content.length, 14)
  return Buffer.concat([out, content])
}

async function measure(readAt: ReadAt, offset: number): Promise<Found> {
  const head = await readAt(offset, FRAME_HEADER)
  if (head.length < FRAME_HEADER) return { kind: 'cut' }
  const name = head.toString('latin1', 12, 14)
  if (head.readUInt32BE(0) !== 0x1f8b0804 || (name !== 'UN' && name !== 'US')) return { kind: 'foreign' }
  if (name === 'US') return { kind: 'seal' }
  const length = head.readUInt32LE(HEADER)
  if (length < FRAME_HEADER + 8) return { kind: 'foreign' }
  const end = await readAt(offset + length - 4, 4)
  return end.length === 4 ? { kind: 'frame', length, rawBound: end.readUInt32LE(0) } : { kind: 'cut' }
}
