import { basename } from 'node:path'
import { because, fail, ProblemError, toProblem } from '../../../shared/model/problem.ts'
import type { SourcePlan } from '../archive/archive-source.ts'
import type { CopiedBytes } from '../archive/copy-bytes.ts'
import { serve } from '../archive/remote-source.ts'
import { inWorker, type JobOptions } from '../archive/worker-client.ts'
import { HURRIED_MS, orCancelled, TIDY_MS, within } from '../ports/left-behind.ts'
import type { Medium, MediumOptions, MediumReader, MediumWriter, OpenOptions, ResumedWriter } from '../ports/medium.ts'

/** Where the copy of an archive stands, read back and found equal. */
export type SecondCopy = {
  readonly path: string
  readonly bytes: number
  /** Hex, of archive and copy alike. */
  readonly sha256: string
  /** Bytes that an interrupted copy had left and that were found right. */
  readonly resumedBytes: number
  /** A copy on the archive's own filesystem does not outlive it. */
  readonly sameFilesystem: boolean
  /** Whether reading back passed the page cache by; else it may have come from memory. */
  readonly uncached: boolean
}

export type CopyOptions = MediumOptions &
  Pick<JobOptions, 'workerPath' | 'onProgress'> & {
    /** What the archive is known by; another digest while it is read is `archive-changed` (13). */
    readonly sha256?: string | undefined
    /** Called once the copy stands: the place for a catalog's entry. Its failure is the copy's, which stands all the same. */
    readonly record?: ((copy: SecondCopy, archive: string) => void | Promise<void>) | undefined
  }

/**
 * 二次媒体: copies a finished archive to a file, into a folder or onto a special file, reads all of it back and compares
 * its SHA-256. Never overwrites: what has the copy's name already is left alone, unless it is that very copy, whole
 * (then both are read and nothing is written). What an interrupted copy left is compared with the archive from its
 * first byte on and continued where they part; a `.partial` of something else is refused. All bytes are read, hashed and
 * compared in a worker thread.
 *
 * Throws what the media throw (12), `copy-differs` (13; the copy is taken off its name), `archive-changed` (13), and
 * `cancelled` within a second of the signal; what a file copy had written then stays as `.partial`, to be resumed.
 */
export async function copySecond(
  medium: Medium,
  archive: string,
  dest: string,
  options: CopyOptions,
): Promise<SecondCopy> {
  const { signal } = options
  return reading(medium, archive, options, async (source) => {
    const to = await orCancelled(medium.placeFor(dest, basename(archive)), signal)
    const obstacles = await orCancelled(medium.check(to), signal)
    const stands = obstacles.some(({ code }) => code === 'medium-exists')
    const copy = stands
      ? await recognise(medium, source, to, options)
      : await transferAndReadBack(medium, source, to, options)
    await options.record?.(copy, archive)
    return copy
  })
}

/** Opens an archive for as long as `use` runs. */
async function reading<Value>(
  medium: Medium,
  path: string,
  { signal, nextVolume }: CopyOptions,
  use: (reader: MediumReader) => Promise<Value>,
  more: Pick<OpenOptions, 'uncached'> = {},
): Promise<Value> {
  const close = (reader: MediumReader) => reader.close()
  const opening = medium.open(path, { signal, nextVolume, ...more })
  const reader = await orCancelled(opening, signal, (late) => late.then(close).catch(() => undefined))
  try {
    return await use(reader)
  } finally {
    await orCancelled(close(reader), signal)
  }
}

/** What has the name already is the copy whose process died before it could read it back, or none of ours. */
function recognise(medium: Medium, source: MediumReader, to: string, options: CopyOptions): Promise<SecondCopy> {
  return reading(
    medium,
    to,
    options,
    async (found) => {
      if (found.size !== source.size) throw fail('medium-exists', { path: to })
      const sha256 = await digest(source, options)
      expectKnown(source, sha256, options)
      if ((await digest(found, options)) !== sha256) throw fail('medium-exists', { path: to })
      return copyOf(source, found, sha256, source.size)
    },
    { uncached: true },
  )
}

async function transferAndReadBack(
  medium: Medium,
  source: MediumReader,
  to: string,
  options: CopyOptions,
): Promise<SecondCopy> {
  const { sha256, kept } = await transfer(medium, source, to, options)
  const copy = await reading(
    medium,
    to,
    options,
    async (written) => {
      const same = written.size === source.size && (await digest(written, options)) === sha256
      return same ? copyOf(source, written, sha256, kept) : null
    },
    { uncached: true },
  )
  if (copy !== null) return copy
  throw fail('copy-differs', { path: await medium.reject(to), archive: source.path })
}

async function transfer(medium: Medium, source: MediumReader, to: string, options: CopyOptions): Promise<CopiedBytes> {
  const { signal } = options
  const resumed = await orCancelled(medium.resume(to), signal, (late) => late.then(leave).catch(() => undefined))
  const writer = resumed ?? (await begin(medium, source, to, options))
  let gone: Promise<void> | undefined
  let trusted = resumed === null
  const onLeft = (work: Promise<unknown>) => {
    gone = work.then(
      () => undefined,
      () => undefined,
    )
  }
  try {
    const copied = await copyInWorker(source, writer, resumed?.kept ?? null, to, { ...options, onLeft })
    trusted = true
    if (signal?.aborted === true) throw fail('cancelled')
    expectKnown(source, copied.sha256, options)
    await orCancelled(writer.commit(), signal, onLeft)
    return copied
  } catch (thrown) {
    // What is right and only lacked time is worth keeping; what may be someone else's is not touched.
    const keep = !trusted || toProblem(thrown).code === 'cancelled'
    const tidying = keep ? writer.leave(gone) : writer.discard(gone)
    await within(gone === undefined ? TIDY_MS : HURRIED_MS, to, tidying).catch(because(thrown))
    throw thrown
  }
}

async function leave(writer: ResumedWriter | null): Promise<void> {
  await writer?.leave()
}

async function begin(medium: Medium, source: MediumReader, to: string, options: CopyOptions): Promise<MediumWriter> {
  const { signal, nextVolume, overwrite } = options
  const wants = { nextVolume, ...(overwrite === undefined ? {} : { overwrite }) }
  const [obstacle] = await orCancelled(medium.check(to, { needBytes: source.size, ...wants }), signal)
  if (obstacle !== undefined) throw new ProblemError(obstacle)
  const begun = medium.create(to, { name: options.name ?? basename(source.path), signal, ...wants })
  return orCancelled(begun, signal, (late) => late.then((writer) => writer.discard()).catch(() => undefined))
}

async function copyInWorker(
  source: MediumReader,
  { sink }: Pick<MediumWriter, 'sink'>,
  kept: number | null,
  to: string,
  options: CopyOptions & Pick<JobOptions, 'onLeft'>,
): Promise<CopiedBytes> {
  const { workerPath, signal, onProgress, onLeft } = options
  const output = sink.kind === 'file' ? sink : ({ kind: 'stream' } as const)
  const onOutput = sink.kind === 'stream' ? sink.write : undefined
  return served(source, options, (plan) =>
    inWorker<'copy'>(
      { kind: 'copy', source: plan, output, to, kept },
      { workerPath, signal, onProgress, onLeft, onOutput },
    ),
  )
}

function digest(reader: MediumReader, options: CopyOptions): Promise<string> {
  const { workerPath, signal, onProgress } = options
  return served(reader, options, (source) =>
    inWorker<'digest'>({ kind: 'digest', source }, { workerPath, signal, onProgress }),
  )
}

type Plan = SourcePlan & { readonly unlock: null }

/**
 * A file is read where its bytes are hashed, but for one that memory is to be passed by for: that, and volumes, the open
 * reader answers for. Encrypted bytes are copied as they stand.
 */
async function served<Value>(
  reader: MediumReader,
  { signal }: CopyOptions,
  use: (plan: Plan) => Promise<Value>,
): Promise<Value> {
  if (reader.plain && !reader.uncached) return use({ kind: 'file', path: reader.path, unlock: null })
  const { plan, close } = serve(reader)
  try {
    return await use({ ...plan(), unlock: null })
  } finally {
    await orCancelled(close(), signal)
  }
}

function copyOf(source: MediumReader, copy: MediumReader, sha256: string, resumedBytes: number): SecondCopy {
  const { path, size: bytes, filesystem, uncached } = copy
  return { path, bytes, sha256, resumedBytes, sameFilesystem: filesystem === source.filesystem, uncached }
}

function expectKnown(source: MediumReader, sha256: string, options: CopyOptions): void {
  if (options.sha256 !== undefined && options.sha256 !== sha256) throw fail('archive-changed', { path: source.path })
}
