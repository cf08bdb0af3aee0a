import { z } from '../../shared/zod.ts'

/**
 * A volume of an archive on a special file (ARCHITECTURE, "Volumes"): a plain tar archive in records of one size. Its
 * first record is the label, each further one holds a part of the archive as a member that fills the record, the last
 * one says that the volume, or the archive, ends. The parts of all volumes in their order are the archive.
 */
export const volumeLabelSchema = z.object({
  format: z.literal('untenseki-volume'),
  version: z.literal(1),
  /** `writing` until the volume is whole; a tape's label cannot be written again and says `sequential`. */
  state: z.enum(['writing', 'whole', 'sequential', 'rejected']),
  /** 32 hex digits that all volumes of one archive share. */
  set: z.string().regex(/^[0-9a-f]{32}$/),
  /** From 1 on. */
  volume: z.number().int().min(1),
  /** The archive's file name. */
  name: z.string(),
  recordBytes: z.number().int(),
  /** ISO 8601. */
  createdAt: z.string(),
  /** The number, over all volumes, of this one's first part. */
  firstPart: z.number().int().min(1),
  /** What the end of the volume says, once it is known. */
  end: z.object({ parts: z.number().int().min(0), bytes: z.number().int().min(0), last: z.boolean() }).nullable(),
})
export type VolumeLabel = z.infer<typeof volumeLabelSchema>
export type VolumeEnd = NonNullable<VolumeLabel['end']>

const BLOCK = 512
export const RECORD_LEAST = 20 * BLOCK
export const RECORD_MOST = 16 * 1024 * 1024
/** libarchive takes no longer comment than this, and no more than 32 of them in a row. */
const COMMENT_MOST = 1024 * 1024 - BLOCK

/** Whether records may have that size: whole tar blocks from GNU tar's 10 KiB up to 16 MiB. */
export function isRecordSize(bytes: number): boolean {
  return Number.isInteger(bytes) && bytes % BLOCK === 0 && bytes >= RECORD_LEAST && bytes <= RECORD_MOST
}

/** Bytes of the archive that one record holds. */
export function payloadBytes(recordBytes: number): number {
  return recordBytes - BLOCK
}

/** What an operator writes on the volume, and what `tar -t` shows first. */
export function labelText({ name, volume }: Pick<VolumeLabel, 'name' | 'volume'>): string {
  return `${name.replace(/[^\x20-\x7e]/g, '_').slice(0, 80)} volume ${volume}`
}

/** The first record: a volume header as GNU tar writes it, the label as a comment of a pax global header, filler. */
export function encodeLabel(label: VolumeLabel): Buffer {
  const comment = commentBlock(JSON.stringify(label))
  const head = tarBlock({ name: labelText(label), type: 'V', size: 0, at: label.createdAt, group: '' })
  return Buffer.concat([head, comment, filler(label.recordBytes - BLOCK - comment.length)])
}

/** The label of a volume's first bytes; null when they are none. */
export function parseLabel(start: Buffer): VolumeLabel | null {
  if (start.length < 2 * BLOCK || start[156] !== 'V'.charCodeAt(0)) return null
  try {
    const label = volumeLabelSchema.parse(JSON.parse(commentAt(start, BLOCK) ?? ''))
    const head = encodeLabel(label)
    return isRecordSize(label.recordBytes) && head.subarray(0, start.length).equals(start.subarray(0, head.length))
      ? label
      : null
  } catch {
    return null
  }
}

/**
 * What a volume's first block says where its label cannot be read: the machine ended while that was written. Null: it is
 * no volume of ours.
 */
export function parseTornLabel(start: Buffer): (Pick<VolumeLabel, 'createdAt'> & { readonly text: string }) | null {
  if (start.length < BLOCK || parseLabel(start) !== null) return null
  const text = start.toString('latin1', 0, start.indexOf(0))
  const seconds = Number.parseInt(start.toString('latin1', 136, 147), 8)
  if (!(seconds >= 0 && seconds < 2 ** 33)) return null
  const createdAt = new Date(seconds * 1000).toISOString()
  const block = tarBlock({ name: text, type: 'V', size: 0, at: createdAt, group: '' })
  return block.equals(start.subarray(0, BLOCK)) ? { text, createdAt } : null
}

/** A record with a part of the archive. A short one, the archive's last, is filled up. */
export function encodePart(label: VolumeLabel, number: number, payload: Buffer): Buffer {
  const padded = Math.ceil(payload.length / BLOCK) * BLOCK
  const rest = payloadBytes(label.recordBytes) - padded
  return Buffer.concat([
    partHeader(label, number, payload.length),
    payload,
    Buffer.alloc(padded - payload.length),
    filler(rest),
  ])
}

/** The part that a record holds; null when it is not that one of that volume. */
export function parsePart(label: VolumeLabel, number: number, record: Buffer): Buffer | null {
  const size = Number.parseInt(record.toString('latin1', 124, 135), 8)
  if (!(size >= 0 && size <= payloadBytes(label.recordBytes)) || record.length < BLOCK + size) return null
  return partHeader(label, number, size).equals(record.subarray(0, BLOCK)) ? record.subarray(BLOCK, BLOCK + size) : null
}

/** The last record: what the volume held as a comment, an empty member that it belongs to, the end of a tar archive. */
export function encodeEnd(label: VolumeLabel, end: VolumeEnd): Buffer {
  const comment = commentBlock(JSON.stringify({ format: 'untenseki-volume-end', set: label.set, ...end }))
  const member = memberHeader(label, 'end', 0)
  const tail = Buffer.alloc(2 * BLOCK)
  const rest = label.recordBytes - comment.length - member.length - tail.length
  return Buffer.concat([comment, filler(rest), member, tail])
}

/** What the end of that volume says; null when the record is no such end. */
export function parseEnd(label: VolumeLabel, record: Buffer): VolumeEnd | null {
  try {
    const said: unknown = JSON.parse(commentAt(record, 0) ?? '')
    const end = volumeLabelSchema.shape.end.unwrap().parse(said)
    return encodeEnd(label, end).equals(record) ? end : null
  } catch {
    return null
  }
}

function partHeader(label: VolumeLabel, number: number, size: number): Buffer {
  return memberHeader(label, String(number).padStart(8, '0'), size)
}

function memberHeader({ name, set, createdAt }: VolumeLabel, entry: string, size: number): Buffer {
  const folder = name.replace(/[^\x21-\x7e]|\//g, '_').slice(0, 80)
  return tarBlock({ name: `${folder}/${entry}`, type: '0', size, at: createdAt, group: set.slice(0, 31) })
}

type Block = {
  readonly name: string
  readonly type: string
  readonly size: number
  readonly at: string
  readonly group: string
}

function tarBlock({ name, type, size, at, group }: Block): Buffer {
  const out = Buffer.alloc(BLOCK)
  const octal = (value: number, offset: number, digits: number) =>
    out.write(value.toString(8).padStart(digits, '0'), offset, 'latin1')
  out.write(name, 0, 100, 'latin1')
  octal(0o600, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(size, 124, 11)
  octal(Math.max(0, Math.floor(Date.parse(at) / 1000)), 136, 11)
  out.fill(' ', 148, 156)
  out.write(type, 156, 'latin1')
  out.write('ustar\x0000', 257, 'latin1')
  out.write('untenseki', 265, 'latin1')
  out.write(group, 297, 'latin1')
  octal(
    out.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  )
  out[154] = 0
  return out
}

/** A pax global header whose one record is a comment, which every tar passes over. */
function commentBlock(text: string, blocks?: number): Buffer {
  // "LENGTH comment=TEXT\n", where the length counts itself.
  const bare = Buffer.byteLength(text) + ' comment=\n'.length
  let length = bare + String(bare).length
  if (String(length).length > String(bare).length) length += 1
  const body = blocks === undefined ? Math.ceil(length / BLOCK) * BLOCK : blocks * BLOCK
  const padded = text + ' '.repeat(padding(bare, body))
  const record = Buffer.from(`${body} comment=${padded}\n`)
  const head = tarBlock({
    name: 'untenseki/comment',
    type: 'g',
    size: record.length,
    at: '1970-01-01T00:00:00Z',
    group: '',
  })
  return Buffer.concat([head, record])
}

/** Spaces that make a comment's record exactly `body` bytes long. */
function padding(bare: number, body: number): number {
  return body - bare - String(body).length
}

function filler(bytes: number): Buffer {
  const pieces: Buffer[] = []
  for (let left = bytes; left > 0; ) {
    const piece = Math.min(left, COMMENT_MOST)
    if (piece === BLOCK)
      pieces.push(tarBlock({ name: 'untenseki/comment', type: 'g', size: 0, at: '1970-01-01T00:00:00Z', group: '' }))
    else pieces.push(commentBlock('', piece / BLOCK - 1))
    left -= piece
  }
  return Buffer.concat(pieces)
}

function commentAt(bytes: Buffer, at: number): string | null {
  if (bytes[at + 156] !== 'g'.charCodeAt(0)) return null
  const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8)
  const record = bytes.toString('utf8', at + BLOCK, at + BLOCK + size)
  return /^\d+ comment=([\s\S]*)\n$/.exec(record)?.[1] ?? null
}
