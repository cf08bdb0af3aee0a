import { fail } from '../../../shared/model/problem.ts'
import { gzipCodec } from './codec-gzip.ts'
import { zstdCodec } from './codec-zstd.ts'

/** Raw bytes that a frame holds at most, as we write them. */
export const FRAME_BYTES = 1024 * 1024
/** Raw bytes that a frame may hold when we read: more is nothing that we have written, and a danger to memory. */
export const FRAME_LIMIT = 64 * FRAME_BYTES

export type CodecKind = 'zstd' | 'gzip'

/** Reads up to `length` bytes at `offset`; fewer only at the end of the file. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>

/**
 * What begins at an offset. `rawBound`: what decoding can give at most. `seal` begins what follows the last frame;
 * `cut`: the file ends inside it; `foreign`: nothing that this codec writes.
 */
export type Found =
  | { readonly kind: 'frame'; readonly length: number; readonly rawBound: number }
  | { readonly kind: 'seal' | 'cut' | 'foreign' }

/** Compression as independent frames that stand side by side, so that they can be made and read in any order. */
export type Codec = {
  readonly kind: CodecKind
  readonly defaultLevel: number
  readonly compress: (raw: Buffer, level: number) => Promise<Buffer>
  /** Of a frame whose measure was found to be within `limit`. Rejects for one that is damaged, or lied about it. */
  readonly decompress: (frame: Buffer, limit: number) => Promise<Buffer>
  readonly measure: (readAt: ReadAt, offset: number) => Promise<Found>
  /** Wraps the seal's payload so that the decompressing program passes over it. The last `footer` bytes stay in one piece. */
  readonly wrap: (body: Buffer, footer: Buffer) => Buffer
  /** The payload of a wrapped seal; null when it is no such thing. */
  readonly unwrap: (wrapped: Buffer) => Buffer | null
  /** Bytes of the file after the payload's last one. */
  readonly afterFooter: number
}

const codecs = { zstd: zstdCodec, gzip: gzipCodec } as const

export function codecOf(kind: CodecKind): Codec {
  return codecs[kind]
}

/**
 * Chosen by the file name's ending (own decision); any other name is `archive-name-ending`. A special file, whose name says
 * nothing, gets zstd.
 */
export function codecForName(path: string): Codec {
  const name = path.replace(/\.age$/, '')
  if (name.endsWith('.tar.zst') || path.startsWith('/dev/')) return zstdCodec
  if (name.endsWith('.tar.gz')) return gzipCodec
  throw fail('archive-name-ending', { path })
}

/** By the first bytes; null: neither. */
export function sniffCodec(start: Buffer): Codec | null {
  if (start.length >= 4 && start.readUInt32LE(0) === 0xfd2fb528) return zstdCodec
  if (start.length >= 2 && start.readUInt16BE(0) === 0x1f8b) return gzipCodec
  return null
}
