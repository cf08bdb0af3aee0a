import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Decompress } from 'fzstd'
import { fail, ProblemError } from '../../../../shared/model/problem.ts'
import type { ArchiveSource } from '../archive-source.ts'
import { sniffCodec } from '../codec.ts'

const CHUNK = 256 * 1024
/** A few bytes of zstd can stand for very many: small steps keep what is decoded at once small. */
const ZSTD_STEP = 2048
/**
 * So many times its own size an archive of another program may unpack to, once it is past the first 64 MiB (own
 * decision: mail and databases reach 50 at the most, what is made to fill a disk has thousands).
 */
const MAX_RATIO = 500
const ALWAYS_ALLOWED = 64 * 1024 * 1024

export type StreamTaker = {
  readonly push: (raw: Buffer) => void
  /** Bytes of the file that were read so far. */
  readonly onRead: (bytes: number) => void
  readonly anyRatio: boolean
}

/**
 * The tar stream of a file that another program wrote: zstd of one frame or many, gzip of one member or many, or plain.
 * Memory is bounded by zstd's window. Throws `archive-expands`, `archive-truncated`, `archive-damaged`, what `push` does.
 */
export async function readForeignStream(source: ArchiveSource, taker: StreamTaker): Promise<void> {
  let read = 0
  let given = 0
  const give = (raw: Uint8Array) => {
    given += raw.length
    if (!taker.anyRatio && given > ALWAYS_ALLOWED && given > read * MAX_RATIO)
      throw fail('archive-expands', { path: source.path, bytes: given })
    taker.push(Buffer.from(raw.buffer, raw.byteOffset, raw.length))
  }
  async function* chunks(): AsyncGenerator<Buffer> {
    while (read < source.size) {
      const chunk = await source.readAt(read, CHUNK)
      if (chunk.length === 0) return
      read += chunk.length
      taker.onRead(chunk.length)
      yield chunk
    }
  }
  const damaged = (thrown: unknown): unknown => {
    if (thrown instanceof ProblemError) return thrown
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    if (/unexpected e(nd of file|of)/i.test(text))
      return fail('archive-truncated', { path: source.path, bytes: source.size, member: '-' }, thrown)
    return fail('archive-damaged', { path: source.path, offset: read, after: '-' }, thrown)
  }

  const codec = sniffCodec(await source.readAt(0, 4))
  try {
    if (codec === null) for await (const chunk of chunks()) give(chunk)
    else if (codec.kind === 'gzip') await throughGunzip(chunks(), give)
    else await throughZstd(chunks(), give)
  } catch (thrown) {
    throw damaged(thrown)
  }
}

async function throughGunzip(chunks: AsyncGenerator<Buffer>, give: (raw: Uint8Array) => void): Promise<void> {
  const from = Readable.from(chunks)
  const gunzip = createGunzip({ chunkSize: CHUNK })
  from.on('error', (error) => gunzip.destroy(error))
  from.pipe(gunzip)
  try {
    for await (const raw of gunzip) give(raw as Buffer)
  } finally {
    from.destroy()
    gunzip.destroy()
  }
}

async function throughZstd(chunks: AsyncGenerator<Buffer>, give: (raw: Uint8Array) => void): Promise<void> {
  const decompress = new Decompress((raw) => {
    if (raw.length > 0) give(raw)
  })
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += ZSTD_STEP) decompress.push(chunk.subarray(at, at + ZSTD_STEP))
  decompress.push(new Uint8Array(0), true)
}
