import { createHash, type Hash } from 'node:crypto'
import { basename } from 'node:path'
import { assertNever } from '../../../shared/model/assert-never.ts'
import { fail, ProblemError, toProblem } from '../../../shared/model/problem.ts'
import type { Progress } from '../../../shared/model/progress.ts'
import { createMeter, type Meter } from '../archive/meter.ts'
import { writeAllAt } from '../archive/output.ts'
import type { Medium, MediumOptions, MediumReader, MediumSink, MediumWriter, ResumedWriter } from '../ports/medium.ts'

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

export type CopyOptions = MediumOptions & {
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** What the archive is known by; another digest while it is read is `archive-changed` (13). */
  readonly sha256?: string | undefined
  /** Milliseconds on a clock that only goes forward, for the rate. */
  readonly now: () => number
  /** Called once the copy stands: the place for a catalog's entry. Its failure is the copy's, which stands all the same. */
  readonly record?: ((copy: SecondCopy, archive: string) => void | Promise<void>) | undefined
}

const PIECE = 1024 * 1024

/**
 * 二次媒体: copies a finished archive to a file, into a folder or onto a special file, reads all of it back and compares
 * its SHA-256. Never overwrites: what has the copy's name already is left alone, unless it is that very copy, whole
 * (then both are read and nothing is written). What an interrupted copy left is compared with the archive from its
 * first byte on and continued where they part; a `.partial` of something else is refused.
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
  const { signal, nextVolume } = options
  const source = await medium.open(archive, { signal, nextVolume })
  try {
    const to = await medium.placeFor(dest, basename(archive))
    const stands = (await medium.check(to)).some(({ code }) => code === 'medium-exists')
    const copy = stands
      ? await recognise(medium, source, to, options)
      : await transferAndReadBack(medium, source, to, options)
    await options.record?.(copy, archive)
    return copy
  } finally {
    await source.close()
  }
}

/** What has the name already is the copy whose process died before it could read it back, or none of ours. */
async function recognise(medium: Medium, source: MediumReader, to: string, options: CopyOptions): Promise<SecondCopy> {
  const found = await medium.open(to, { ...readers(options), uncached: true })
  try {
    if (found.size !== source.size) throw fail('medium-exists', { path: to })
    const sha256 = await digest(source, options)
    expectKnown(source, sha256, options)
    if ((await digest(found, options)) !== sha256) throw fail('medium-exists', { path: to })
    return copyOf(source, found, sha256, source.size)
  } finally {
    await found.close()
  }
}

async function transferAndReadBack(
  medium: Medium,
  source: MediumReader,
  to: string,
  options: CopyOptions,
): Promise<SecondCopy> {
  const { sha256, kept } = await transfer(medium, source, to, options)
  const written = await medium.open(to, { ...readers(options), uncached: true })
  try {
    const same = written.size === source.size && (await digest(written, options)) === sha256
    if (same) return copyOf(source, written, sha256, kept)
  } finally {
    await written.close()
  }
  throw fail('copy-differs', { path: await medium.reject(to), archive: source.path })
}

async function transfer(
  medium: Medium,
  source: MediumReader,
  to: string,
  options: CopyOptions,
): Promise<{ readonly sha256: string; readonly kept: number }> {
  const resumed = await medium.resume(to)
  const writer = resumed ?? (await begin(medium, source, to, options))
  const meter = meterOf(source, 'copy', options)
  const hash = createHash('sha256')
  let trusted = resumed === null
  try {
    const kept = resumed === null ? 0 : await keepSame(source, resumed, to, hash, options)
    trusted = true
    meter.bytes(kept)
    for (let at = kept; at < source.size; ) {
      throwIfCancelled(options)
      const bytes = await readPiece(source, at)
      hash.update(bytes)
      await put(writer.sink, bytes, at, to)
      at += bytes.length
      meter.bytes(bytes.length)
    }
    meter.finish()
    const sha256 = hash.digest('hex')
    expectKnown(source, sha256, options)
    await writer.commit()
    return { sha256, kept }
  } catch (thrown) {
    // What is right and only lacked time is worth keeping; what was never ours is not touched.
    const keep = !trusted || toProblem(thrown).code === 'cancelled'
    const left = await (keep ? writer.leave() : writer.discard()).then(
      () => null,
      (failure: unknown) => failure,
    )
    if (left === null) throw thrown
    throw new ProblemError(toProblem(thrown), { cause: new AggregateError([thrown, left]) })
  }
}

async function begin(medium: Medium, source: MediumReader, to: string, options: CopyOptions): Promise<MediumWriter> {
  const { signal, nextVolume, overwrite } = options
  const [obstacle] = await medium.check(to, {
    needBytes: source.size,
    nextVolume,
    ...(overwrite === undefined ? {} : { overwrite }),
  })
  if (obstacle !== undefined) throw new ProblemError(obstacle)
  return medium.create(to, {
    name: options.name ?? basename(source.path),
    signal,
    nextVolume,
    ...(overwrite === undefined ? {} : { overwrite }),
  })
}

/** How far the kept bytes are the archive's; the rest is cut off. Nothing in common: the place is someone else's. */
async function keepSame(
  source: MediumReader,
  { kept, readKept, cutTo }: ResumedWriter,
  to: string,
  hash: Hash,
  options: CopyOptions,
): Promise<number> {
  let same = 0
  while (same < Math.min(kept, source.size)) {
    throwIfCancelled(options)
    const wanted = await readPiece(source, same)
    const found = await readKept(same, wanted.length)
    const common = commonStart(wanted, found)
    hash.update(wanted.subarray(0, common))
    same += common
    if (common < wanted.length) break
  }
  if (same === 0 && kept > 0) throw fail('medium-partial-exists', { path: `${to}.partial` })
  await cutTo(same)
  return same
}

function commonStart(one: Buffer, other: Buffer): number {
  const length = Math.min(one.length, other.length)
  if (one.subarray(0, length).equals(other.subarray(0, length))) return length
  return one.findIndex((byte, index) => byte !== other[index])
}

async function digest(reader: MediumReader, options: CopyOptions): Promise<string> {
  const meter = meterOf(reader, 'verify', options)
  const hash = createHash('sha256')
  for (let at = 0; at < reader.size; ) {
    throwIfCancelled(options)
    const bytes = await readPiece(reader, at)
    hash.update(bytes)
    at += bytes.length
    meter.bytes(bytes.length)
  }
  meter.finish()
  return hash.digest('hex')
}

async function readPiece(reader: MediumReader, at: number): Promise<Buffer> {
  const bytes = await reader.readAt(at, Math.min(PIECE, reader.size - at))
  if (bytes.length === 0) throw fail('archive-unreadable', { path: reader.path, text: 'EOF' })
  return bytes
}

async function put(sink: MediumSink, bytes: Buffer, at: number, path: string): Promise<void> {
  switch (sink.kind) {
    case 'file':
      return writeAllAt(sink.fd, bytes, at, path)
    case 'stream':
      return sink.write(bytes)
    default:
      return assertNever(sink)
  }
}

function copyOf(source: MediumReader, copy: MediumReader, sha256: string, resumedBytes: number): SecondCopy {
  const { path, size: bytes, filesystem, uncached } = copy
  return { path, bytes, sha256, resumedBytes, sameFilesystem: filesystem === source.filesystem, uncached }
}

function expectKnown(source: MediumReader, sha256: string, options: CopyOptions): void {
  if (options.sha256 !== undefined && options.sha256 !== sha256) throw fail('archive-changed', { path: source.path })
}

function readers({ nextVolume, signal }: CopyOptions): Pick<CopyOptions, 'nextVolume' | 'signal'> {
  return { nextVolume, signal }
}

function throwIfCancelled({ signal }: CopyOptions): void {
  if (signal?.aborted === true) throw fail('cancelled')
}

function meterOf(reader: MediumReader, phase: 'copy' | 'verify', { now, onProgress }: CopyOptions): Meter {
  const context = { now, checkCancelled: () => undefined, onProgress: (progress: Progress) => onProgress?.(progress) }
  const meter = createMeter(context, { phase, bytesTotal: reader.size, membersTotal: 1 })
  meter.current(reader.path)
  return meter
}
