import { fail } from '../../../../shared/model/problem.ts'
import type { OpenSource } from '../archive-source.ts'
import { openSealed } from './keyring.ts'
import { CHUNK, NONCE, openChunk, payloadKey, SEALED_CHUNK, TAG } from './payload.ts'

/** What a thread needs to read an encrypted archive: where its payload begins, and that payload's key. */
export type Unlock = { readonly start: number; readonly key: Uint8Array }

const MAGIC = 'age-encryption.org/v1\n'
/** A header is some hundred bytes a recipient. */
const HEADER_MOST = 64 * 1024

/** How to read an archive, by its first bytes; null: it is not encrypted. Throws what `openSealed` does, `archive-unauthentic`. */
export async function unlockOf(source: OpenSource): Promise<Unlock | null> {
  const first = await source.readAt(0, Math.min(source.size, MAGIC.length))
  if (first.toString('latin1') !== MAGIC) return null
  const { path } = source
  const text = (await source.readAt(0, Math.min(source.size, HEADER_MOST))).toString('latin1')
  const mac = text.indexOf('\n--- ')
  const end = mac < 0 ? -1 : text.indexOf('\n', mac + 1)
  if (end < 0) throw fail('archive-unauthentic', { path, offset: 0 })
  const header = Buffer.from(text.slice(0, end + 1), 'latin1')
  const nonce = await source.readAt(header.length, NONCE)
  const fileKey = await openSealed(header, path)
  return { start: header.length + NONCE, key: payloadKey(fileKey, nonce) }
}

/**
 * The archive inside an encrypted one, with random access by chunks. Each chunk is authentic or `archive-unauthentic` (13)
 * is thrown; that none is missing at the end is known once the last one is read, and every reader begins there.
 */
export function sealedSource(outer: OpenSource, { start, key }: Unlock): OpenSource {
  const { path } = outer
  const sealed = outer.size - start
  const chunks = Math.ceil(sealed / SEALED_CHUNK)
  const size = sealed - chunks * TAG
  if (size < 0) throw fail('archive-unauthentic', { path, offset: start })
  const readAt = async (offset: number, length: number): Promise<Buffer> => {
    const end = Math.min(offset + length, size)
    if (offset >= end) return Buffer.alloc(0)
    const first = Math.floor(offset / CHUNK)
    const last = Math.floor((end - 1) / CHUNK)
    const from = start + first * SEALED_CHUNK
    const bytes = await outer.readAt(from, (last - first + 1) * SEALED_CHUNK)
    const plain: Buffer[] = []
    for (let number = first; number <= last; number += 1) {
      const at = (number - first) * SEALED_CHUNK
      const opened = openChunk(key, number, number === chunks - 1, bytes.subarray(at, at + SEALED_CHUNK))
      if (opened === null) throw fail('archive-unauthentic', { path, offset: from + at })
      plain.push(opened)
    }
    const skip = offset - first * CHUNK
    return Buffer.concat(plain).subarray(skip, skip + end - offset)
  }
  return { path, size, readAt, close: outer.close, outer }
}
