import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { fail } from '../../../shared/model/problem.ts'
import { readFailure } from '../ports/medium-failure.ts'
import type { ReadAt } from './codec.ts'
import { type RemotePlan, remoteSource } from './remote-source.ts'
import { sealedSource, type Unlock, unlockOf } from './sealed/sealed-source.ts'

/**
 * An archive opened for reading, wherever its bytes come from. `path` is what problems call it. `readAt` gives `length`
 * bytes from `offset` on, fewer only at the end, any number of calls at once; it throws `archive-unreadable`.
 */
export type ArchiveSource = {
  readonly path: string
  readonly size: number
  readonly readAt: ReadAt
  /** Only of a file as it is: its descriptor, for threads that read it side by side. */
  readonly fd?: number
  /** The encrypted archive that this is the content of. */
  readonly outer?: ArchiveSource
}

/** How to open one: plain data, so that a worker thread can be told. */
export type SourcePlan = ({ readonly kind: 'file'; readonly path: string } | RemotePlan) & {
  /** Null: not encrypted; undefined: not looked at yet, which only the thread with the keys can do. */
  readonly unlock?: Unlock | null
}

/** An archive as callers name it: the path of a file, or a plan. */
export type ArchiveAt = string | SourcePlan

export function planOf(archive: ArchiveAt): SourcePlan {
  return typeof archive === 'string' ? { kind: 'file', path: archive } : archive
}

/** Opens an archive for as long as `use` runs. Throws what `openSource` does. */
export async function withSource<Value>(
  archive: ArchiveAt,
  use: (source: ArchiveSource) => Promise<Value>,
): Promise<Value> {
  const source = await openSource(archive)
  try {
    return await use(source)
  } finally {
    await source.close()
  }
}

export type OpenSource = ArchiveSource & { readonly close: () => Promise<void> }

/**
 * Opens an archive, the content of an encrypted one; the caller closes it. Throws `archive-missing`, `archive-unreadable`,
 * and for an encrypted one what its key's opening throws.
 */
export async function openSource(archive: ArchiveAt): Promise<OpenSource> {
  const plan = planOf(archive)
  const plain = await openPlain(plan)
  try {
    const unlock = plan.unlock === undefined ? await unlockOf(plain) : plan.unlock
    return unlock === null ? plain : sealedSource(plain, unlock)
  } catch (thrown) {
    await plain.close()
    throw thrown
  }
}

/** The same plan with what a thread without keys needs. Throws as `openSource`. */
export async function unlocked(plan: SourcePlan): Promise<SourcePlan> {
  const plain = await openPlain(plan)
  try {
    return { ...plan, unlock: await unlockOf(plain) }
  } finally {
    await plain.close()
  }
}

async function openPlain(plan: SourcePlan): Promise<OpenSource> {
  if (plan.kind === 'remote') return remoteSource(plan)
  const { path } = plan
  // A pipe must not make us wait for its writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((thrown: unknown) => {
    throw readFailure(path, thrown)
  })
  try {
    const about = await handle.stat()
    if (!about.isFile()) throw fail('archive-unreadable', { path, text: about.isDirectory() ? 'EISDIR' : 'ENOTSUP' })
    const close = () => handle.close()
    const { fd } = handle
    return { path, size: about.size, fd, readAt: (offset, length) => readAt(handle, path, offset, length), close }
  } catch (thrown) {
    await handle.close()
    throw thrown
  }
}

async function readAt(handle: FileHandle, path: string, offset: number, length: number): Promise<Buffer> {
  const out = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(out, filled, length - filled, offset + filled).catch((thrown: unknown) => {
      throw readFailure(path, thrown)
    })
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return out.subarray(0, filled)
}
