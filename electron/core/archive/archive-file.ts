import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { fail } from '../../../shared/model/problem.ts'
import type { ReadAt } from './codec.ts'

/** An archive opened for reading. `readAt` throws `archive-unreadable`. */
export type ArchiveFile = { readonly path: string; readonly size: number; readonly readAt: ReadAt }

/** Opens an archive for as long as `use` runs. Throws `archive-missing`, `archive-unreadable`. */
export async function withArchiveFile<Value>(path: string, use: (file: ArchiveFile) => Promise<Value>): Promise<Value> {
  // A pipe must not make us wait for its writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((thrown: unknown) => {
    const code = codeOf(thrown)
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? fail('archive-missing', { path }, thrown)
      : fail('archive-unreadable', { path, text: code }, thrown)
  })
  try {
    const about = await handle.stat()
    if (!about.isFile()) throw fail('archive-unreadable', { path, text: about.isDirectory() ? 'EISDIR' : 'ENOTSUP' })
    return await use({ path, size: about.size, readAt: (offset, length) => readAt(handle, path, offset, length) })
  } finally {
    await handle.close()
  }
}

async function readAt(handle: FileHandle, path: string, offset: number, length: number): Promise<Buffer> {
  const out = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(out, filled, length - filled, offset + filled).catch((thrown: unknown) => {
      throw fail('archive-unreadable', { path, text: codeOf(thrown) }, thrown)
    })
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return out.subarray(0, filled)
}

function codeOf(thrown: unknown): string {
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code
  return String(thrown)
}
