import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { fail } from '../../../shared/model/problem.ts'
import type { MediumReader, OpenOptions } from '../../core/ports/medium.ts'
import { codeOf, readFailure } from '../../core/ports/medium-failure.ts'

/** An archive that is a regular file. Throws `archive-missing`, `archive-unreadable`. */
export async function openFile(path: string, { uncached = false }: OpenOptions = {}): Promise<MediumReader> {
  try {
    const direct = uncached ? await openDirect(path) : null
    // A pipe must not make us wait for its writer.
    const handle = direct?.handle ?? (await open(path, constants.O_RDONLY | constants.O_NONBLOCK))
    const about = await handle.stat()
    if (!about.isFile()) {
      await handle.close()
      throw fail('archive-unreadable', { path, text: about.isDirectory() ? 'EISDIR' : 'ENOTSUP' })
    }
    return {
      path,
      plain: true,
      size: about.size,
      filesystem: String(about.dev),
      uncached: direct !== null,
      mark: async () => null,
      readAt: async (offset, length) => {
        try {
          return direct === null ? await readSome(handle, offset, length) : await direct.readAt(offset, length)
        } catch (thrown) {
          throw readFailure(path, thrown)
        }
      },
      close: () => handle.close(),
    }
  } catch (thrown) {
    throw readFailure(path, thrown)
  }
}

/** Up to `length` bytes at `offset`, fewer only at the end. */
async function readSome(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const out = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(out, filled, length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return out.subarray(0, filled)
}

/** What devices and filesystems ask of a read that passes the page cache by, in memory and in the file. */
const ALIGN = 4096
/** What the addresses of large buffers differ by at least. */
const STEP = 16
const PIECE = 1024 * 1024

type Direct = { readonly handle: FileHandle; readonly readAt: (offset: number, length: number) => Promise<Buffer> }

/**
 * Opens with `O_DIRECT`; null where that is not to be had. A buffer's address cannot be asked for, so the aligned place
 * in it is found by trying: a read into any other is refused.
 */
async function openDirect(path: string): Promise<Direct | null> {
  let handle: FileHandle
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_DIRECT)
  } catch (thrown) {
    if (codeOf(thrown) === 'EINVAL' || codeOf(thrown) === 'ENOTSUP') return null
    throw thrown
  }
  const room = Buffer.allocUnsafeSlow(PIECE + ALIGN)
  const place = await alignedPlace(handle, room)
  if (place === null) {
    await handle.close()
    return null
  }
  return {
    handle,
    readAt: (offset, length) => readAligned(handle, room.subarray(place, place + PIECE), offset, length),
  }
}

async function alignedPlace(handle: FileHandle, room: Buffer): Promise<number | null> {
  for (let place = 0; place < ALIGN; place += STEP) {
    try {
      await handle.read(room, place, ALIGN, 0)
      return place
    } catch (thrown) {
      if (codeOf(thrown) !== 'EINVAL') return null
    }
  }
  return null
}

async function readAligned(handle: FileHandle, room: Buffer, offset: number, length: number): Promise<Buffer> {
  const out = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const at = offset + filled
    const lead = at % ALIGN
    const wanted = Math.min(room.length, Math.ceil((lead + length - filled) / ALIGN) * ALIGN)
    const { bytesRead } = await handle.read(room, 0, wanted, at - lead)
    if (bytesRead <= lead) break
    filled += room.copy(out, filled, lead, bytesRead)
  }
  return out.subarray(0, filled)
}
