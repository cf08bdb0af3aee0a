import { createHash } from 'node:crypto'
import { type Codec, codecOf, FRAME_LIMIT, type ReadAt } from './codec.ts'

/** A compressed frame: bytes in the file, bytes that it holds, SHA-256 of the former. */
export type Frame = { readonly length: number; readonly raw: number; readonly sha256: Buffer }

export type SealContent = {
  readonly frames: readonly Frame[]
  /** The frame that the manifest's header begins; nothing stands before it in that frame, the header record in an earlier one. */
  readonly manifestFrame: number
  /** Of every byte before the seal. */
  readonly sha256: Buffer
}

export type ReadSeal = SealContent & {
  readonly codec: Codec
  readonly offset: number
  readonly starts: readonly number[]
}

const MAGIC = Buffer.from('UNTSEAL1')
const ENTRY = 40
const FOOTER = 108

/**
 * What follows the last frame, a function of the bytes before it alone: a table of the frames (little-endian u32 length,
 * u32 raw length, SHA-256) and a footer of 108 bytes: `UNTSEAL1`, u32 frames, u32 manifest's frame, u64 bytes before the
 * seal, u64 raw bytes, SHA-256 of every byte before the seal, SHA-256 of table and footer so far, u32 length of the
 * whole seal in the file, `UNTSEAL1`. It serves as an index, and closes the file: nothing may follow.
 */
export function encodeSeal(codec: Codec, content: SealContent): Buffer {
  const table = Buffer.alloc(content.frames.length * ENTRY)
  content.frames.forEach((frame, index) => {
    table.writeUInt32LE(frame.length, index * ENTRY)
    table.writeUInt32LE(frame.raw, index * ENTRY + 4)
    frame.sha256.copy(table, index * ENTRY + 8)
  })
  const footer = Buffer.alloc(FOOTER)
  MAGIC.copy(footer)
  footer.writeUInt32LE(content.frames.length, 8)
  footer.writeUInt32LE(content.manifestFrame, 12)
  footer.writeBigUInt64LE(BigInt(sum(content.frames.map((frame) => frame.length))), 16)
  footer.writeBigUInt64LE(BigInt(sum(content.frames.map((frame) => frame.raw))), 24)
  content.sha256.copy(footer, 32)
  createHash('sha256').update(table).update(footer.subarray(0, 64)).digest().copy(footer, 64)
  MAGIC.copy(footer, 100)
  footer.writeUInt32LE(codec.wrap(table, footer).length, 96)
  return codec.wrap(table, footer)
}

/** The seal at the end of a file of `size` bytes; null unless it is whole, agrees with itself and spans the file. */
export async function readSeal(readAt: ReadAt, size: number): Promise<ReadSeal | null> {
  for (const codec of [codecOf('zstd'), codecOf('gzip')]) {
    const footerAt = size - codec.afterFooter - FOOTER
    if (footerAt < 0) continue
    const footer = await readAt(footerAt, FOOTER)
    if (!footer.subarray(0, 8).equals(MAGIC) || !footer.subarray(100).equals(MAGIC)) continue
    const length = footer.readUInt32LE(96)
    const offset = size - length
    if (offset < 0 || BigInt(offset) !== footer.readBigUInt64LE(16)) continue
    const wrapped = await readAt(offset, length)
    const seal = parse(codec, wrapped, offset)
    if (seal !== null && encodeSeal(codec, seal).equals(wrapped)) return seal
  }
  return null
}

function parse(codec: Codec, wrapped: Buffer, offset: number): ReadSeal | null {
  const payload = codec.unwrap(wrapped)
  if (payload === null || payload.length < FOOTER) return null
  const table = payload.subarray(0, payload.length - FOOTER)
  const footer = payload.subarray(payload.length - FOOTER)
  const count = footer.readUInt32LE(8)
  const manifestFrame = footer.readUInt32LE(12)
  if (table.length !== count * ENTRY || manifestFrame === 0 || manifestFrame >= count) return null
  const frames: Frame[] = []
  const starts: number[] = []
  let at = 0
  for (let entry = 0; entry < table.length; entry += ENTRY) {
    const frame = {
      length: table.readUInt32LE(entry),
      raw: table.readUInt32LE(entry + 4),
      sha256: table.subarray(entry + 8, entry + ENTRY),
    }
    if (frame.raw > FRAME_LIMIT || frame.length > 2 * FRAME_LIMIT) return null
    frames.push(frame)
    starts.push(at)
    at += frame.length
  }
  return at === offset ? { frames, manifestFrame, sha256: footer.subarray(32, 64), codec, offset, starts } : null
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
