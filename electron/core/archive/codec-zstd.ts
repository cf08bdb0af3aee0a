import { createRequire } from 'node:module'
import type { Codec, Found, ReadAt } from './codec.ts'

const FRAME_MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a50
const BLOCK_LIMIT = 128 * 1024
/** Our own meaning of this level: no compression, for a medium that does it itself. */
export const STORED = 0

type Bindings = typeof import('@mongodb-js/zstd/bindings.js')
let loaded: Bindings | undefined

/**
 * The package's own entry drops the level; the native function below it takes one. Loaded by the thread that uses it, when
 * it does: finding out which machine code fits costs each thread some 20 ms, during which its event loop stands.
 */
function bindings(): Bindings {
  loaded ??= createRequire(import.meta.url)('@mongodb-js/zstd/bindings.js') as Bindings
  return loaded
}

/** RFC 8878: frames one after another; the seal is one skippable frame. */
export const zstdCodec: Codec = {
  kind: 'zstd',
  defaultLevel: 3,
  afterFooter: 0,
  compress: async (raw, level) =>
    level === STORED ? Buffer.concat(storedFrame(raw)) : bindings().compress(raw, level),
  decompress: (frame) => bindings().decompress(frame),
  measure,
  wrap: (body, footer) => {
    const head = Buffer.alloc(8)
    head.writeUInt32LE(SKIPPABLE_MAGIC, 0)
    head.writeUInt32LE(body.length + footer.length, 4)
    return Buffer.concat([head, body, footer])
  },
  unwrap: (wrapped) => {
    if (wrapped.length < 8 || wrapped.readUInt32LE(0) !== SKIPPABLE_MAGIC) return null
    return wrapped.readUInt32LE(4) === wrapped.length - 8 ? wrapped.subarray(8) : null
  },
}

/** A frame of one segment that tells its size in four bytes, in blocks as they are: the bytes themselves, and heads between. */
export function storedFrame(raw: Buffer): Buffer[] {
  const head = Buffer.alloc(9)
  head.writeUInt32LE(FRAME_MAGIC, 0)
  head[4] = 0xa0
  head.writeUInt32LE(raw.length, 5)
  const pieces: Buffer[] = [head]
  for (let from = 0; from === 0 || from < raw.length; from += BLOCK_LIMIT) {
    const block = raw.subarray(from, from + BLOCK_LIMIT)
    const blockHead = Buffer.alloc(3)
    blockHead.writeUIntLE((block.length << 3) | (from + BLOCK_LIMIT >= raw.length ? 1 : 0), 0, 3)
    pieces.push(blockHead, block)
  }
  return pieces
}

async function measure(readAt: ReadAt, offset: number): Promise<Found> {
  const head = await readAt(offset, 18)
  if (head.length < 4) return { kind: 'cut' }
  const magic = head.readUInt32LE(0)
  if (magic === SKIPPABLE_MAGIC) return { kind: 'seal' }
  if (magic !== FRAME_MAGIC) return { kind: 'foreign' }
  const descriptor = head[4]
  if (descriptor === undefined) return { kind: 'cut' }
  const single = (descriptor & 0x20) !== 0
  const contentSize = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const checksum = (descriptor & 4) !== 0 ? 4 : 0
  let at = 5 + (single ? 0 : 1) + dictionary + contentSize
  let rawBound = 0
  while (true) {
    const header = await readAt(offset + at, 3)
    if (header.length < 3) return { kind: 'cut' }
    const value = header.readUIntLE(0, 3)
    const type = (value >> 1) & 3
    if (type === 3 || value >> 3 > BLOCK_LIMIT) return { kind: 'foreign' }
    at += 3 + (type === 1 ? 1 : value >> 3)
    rawBound += type === 2 ? BLOCK_LIMIT : value >> 3
    if ((value & 1) !== 0) break
  }
  const length = at + checksum
  const last = await readAt(offset + length - 1, 1)
  return last.length === 1 ? { kind: 'frame', length, rawBound } : { kind: 'cut' }
}
