import { createHash, type Hash } from 'node:crypto'
import { ftruncateSync, readSync } from 'node:fs'
import { fail } from '../../../shared/model/problem.ts'
import { mediumFailure, readFailure } from '../ports/medium-failure.ts'
import { type ArchiveSource, type SourcePlan, withSource } from './archive-source.ts'
import { createMeter, type JobContext, type Meter } from './meter.ts'
import { type OutputLink, type OutputPlan, openOutput } from './output.ts'

/** `kept`: bytes that stand in the output, a file, already; null for a new one. `to` is what problems call it. */
export type CopyJob = {
  readonly source: SourcePlan
  readonly output: OutputPlan
  readonly to: string
  readonly kept: number | null
}

/** `sha256`: hex, of all of the source. `kept`: bytes that were found right. */
export type CopiedBytes = { readonly sha256: string; readonly kept: number }

export type DigestJob = { readonly source: SourcePlan }

const PIECE = 1024 * 1024
/** Reads that are under way while a piece is hashed and written. */
const AHEAD = 3

/**
 * Copies an archive byte by byte, as it stands. What the output holds already is compared from its first byte on and cut off
 * where it parts from the source; where nothing is common it is someone else's: `medium-partial-exists`, untouched.
 * Throws `archive-unreadable`, what writing throws, and `cancelled`.
 */
export function copyBytes(job: CopyJob, context: JobContext, link: OutputLink): Promise<CopiedBytes> {
  return withSource(job.source, async (source) => {
    const meter = meterOf('copy', source, context)
    const hash = createHash('sha256')
    const kept = await keepSame(job, source, hash, context)
    meter.bytes(kept)
    const output = openOutput(startingAt(job.output, kept), job.to, link, context)
    for await (const bytes of piecesOf(source, kept)) {
      context.checkCancelled()
      hash.update(bytes)
      await output.append([bytes])
      meter.bytes(bytes.length)
    }
    meter.finish()
    return { sha256: hash.digest('hex'), kept }
  })
}

/** SHA-256 of an archive as it stands, hex. Throws `archive-unreadable` and `cancelled`. */
export function digestOf({ source: plan }: DigestJob, context: JobContext): Promise<string> {
  return withSource(plan, async (source) => {
    const meter = meterOf('verify', source, context)
    const hash = createHash('sha256')
    for await (const bytes of piecesOf(source, 0)) {
      context.checkCancelled()
      hash.update(bytes)
      meter.bytes(bytes.length)
    }
    meter.finish()
    return hash.digest('hex')
  })
}

function startingAt(output: OutputPlan, from: number): OutputPlan {
  return output.kind === 'file' ? { ...output, from } : output
}

async function keepSame(job: CopyJob, source: ArchiveSource, hash: Hash, context: JobContext): Promise<number> {
  const { output, kept, to } = job
  if (kept === null || output.kind !== 'file') return 0
  const room = Buffer.allocUnsafeSlow(PIECE)
  let same = 0
  for await (const wanted of piecesOf(source, 0)) {
    context.checkCancelled()
    const found = readKept(output.fd, room.subarray(0, wanted.length), same, to)
    const common = commonStart(wanted, found)
    hash.update(wanted.subarray(0, common))
    same += common
    if (common < wanted.length) break
  }
  if (same === 0 && kept > 0) throw fail('medium-partial-exists', { path: `${to}.partial` })
  try {
    ftruncateSync(output.fd, same)
  } catch (thrown) {
    throw mediumFailure(to, thrown)
  }
  return same
}

function readKept(fd: number, room: Buffer, at: number, path: string): Buffer {
  let filled = 0
  try {
    while (filled < room.length) {
      const count = readSync(fd, room, filled, room.length - filled, at + filled)
      if (count === 0) break
      filled += count
    }
  } catch (thrown) {
    throw readFailure(path, thrown)
  }
  return room.subarray(0, filled)
}

function commonStart(one: Buffer, other: Buffer): number {
  const length = Math.min(one.length, other.length)
  if (one.subarray(0, length).equals(other.subarray(0, length))) return length
  return one.findIndex((byte, index) => byte !== other[index])
}

async function* piecesOf(source: ArchiveSource, from: number): AsyncGenerator<Buffer> {
  const coming: Promise<Buffer>[] = []
  for (let next = from, at = from; at < source.size; ) {
    for (; coming.length < AHEAD && next < source.size; next += PIECE) {
      const piece = source.readAt(next, Math.min(PIECE, source.size - next))
      // Its failure is met when its turn comes.
      piece.catch(() => undefined)
      coming.push(piece)
    }
    const bytes = await coming.shift()
    const wanted = Math.min(PIECE, source.size - at)
    if (bytes?.length !== wanted) throw fail('archive-unreadable', { path: source.path, text: 'EOF' })
    yield bytes
    at += wanted
  }
}

function meterOf(phase: 'copy' | 'verify', { size, path }: ArchiveSource, context: JobContext): Meter {
  const meter = createMeter(context, { phase, bytesTotal: size, membersTotal: 1 })
  meter.current(path)
  return meter
}
