import { fail } from '../../../../shared/model/problem.ts'
import type { ArchiveSource } from '../archive-source.ts'
import { createContentHash } from '../content-hash.ts'
import { theseFrames } from '../frame-reader.ts'
import { createGiveBack } from '../give-back.ts'
import { readManifest } from '../manifest-reader.ts'
import { type Member, memberOf, storedSize } from '../member.ts'
import { createMeter, type JobContext } from '../meter.ts'
import type { ReadSeal } from '../seal.ts'
import { encodeHeader, padding } from '../tar-header.ts'
import type { MemberSink } from './member-sink.ts'
import { createPlainLines } from './plain-line.ts'

/** What was read of an archive, of how many bytes; each byte is counted once. */
export type PartRead = { readonly bytesRead: number; readonly bytes: number }

/** A member that is to be read: where its header begins in the raw stream, and where its padding ends. */
type Wanted = {
  readonly member: Member
  readonly path: string
  readonly sha256: string | null
  readonly header: Buffer
  readonly at: number
  readonly end: number
}

/** Members, or frames that hold them, after which what was gathered is read. */
const MEMBERS_AT_ONCE = 1000
const FRAMES_AT_ONCE = 64

/**
 * Reads the header record and the members that `wants` takes, and of the frames only those that hold them: where each member
 * stands follows from the manifest alone. Every frame is held against the seal, every member's header, content and padding
 * against the manifest, and the manifest's sizes must add up to where the seal says it begins. Nothing is known of the rest
 * of the archive then. Progress counts what is passed over as done. Memory does not depend on the archive.
 *
 * Throws `archive-member-differs` for the first member that is not as it must be, or has bytes in a damaged frame,
 * `archive-manifest-differs`, `archive-unreadable`, `cancelled`, and what the sink throws.
 */
export async function readChosen(
  source: ArchiveSource,
  seal: ReadSeal,
  wants: (name: Buffer) => boolean,
  sink: MemberSink,
  context: JobContext,
): Promise<PartRead> {
  const { path } = source
  const begins = beginsOf(seal)
  const manifestAt = begins[seal.manifestFrame] ?? 0
  const meter = createMeter(context, { phase: 'extract', bytesTotal: seal.offset, membersTotal: 0 })
  const giveBack = createGiveBack()
  let bytesRead = source.size - (seal.starts[seal.manifestFrame] ?? 0)
  let passed = 0
  let current: { readonly number: number; readonly raw: Buffer | null } = { number: -1, raw: null }

  const read = async (batch: readonly Wanted[]) => {
    const numbers = framesOf(batch, begins, current.number)
    const frames = theseFrames(source, seal, numbers)
    let taken = 0
    /** Hands over the next bytes of a member; false: they are damaged, or not there. */
    const take = async (from: number, count: number, use: (piece: Buffer) => boolean): Promise<boolean> => {
      for (let at = from; at < from + count; ) {
        if (at >= (begins[current.number + 1] ?? 0)) {
          context.checkCancelled()
          const number = numbers[taken]
          const next = await frames.next()
          if (number === undefined || next.done === true) return false
          taken += 1
          bytesRead += next.value.compressed.length
          current = { number, raw: next.value.raw }
          const done = (seal.starts[number] ?? 0) + next.value.compressed.length
          meter.bytes(done - passed)
          passed = done
          giveBack()
          continue
        }
        if (current.raw === null) return false
        const begin = begins[current.number] ?? 0
        const piece = current.raw.subarray(at - begin, from + count - begin)
        if (!use(piece)) return false
        at += piece.length
      }
      return true
    }
    try {
      for (const each of batch) {
        if (!(await isAsListed(each, each.at === 0 ? null : sink, take, context)))
          throw fail('archive-member-differs', { path, member: each.path })
      }
    } finally {
      await frames.return(undefined)
    }
  }

  let batch: Wanted[] = []
  let at = 0
  const readPlain = createPlainLines()
  /** Passes over nearly all of what nobody wants, of which only the length counts. */
  const needsParsing = (line: Buffer): boolean => {
    context.checkCancelled()
    const plain = at === 0 ? null : readPlain(line)
    if (plain === null || wants(Buffer.from(plain.name, 'latin1'))) return true
    at += plain.length
    return false
  }
  for await (const entry of readManifest(source, seal, needsParsing)) {
    const member = memberOf(entry)
    const header = encodeHeader(member)
    const stored = storedSize(member)
    const end = at + header.length + stored + padding(stored)
    // The archive's own header record is first, and is always read.
    if (at === 0 || wants(member.name)) batch.push({ member, path: entry.path, sha256: entry.sha256, header, at, end })
    at = end
    if (end > manifestAt) throw fail('archive-manifest-differs', { path, text: entry.path })
    const first = batch[0]
    if (first === undefined) continue
    if (batch.length < MEMBERS_AT_ONCE && end - first.at < FRAMES_AT_ONCE * 1024 * 1024) continue
    await read(batch)
    batch = []
  }
  await read(batch)
  if (at !== manifestAt) throw fail('archive-manifest-differs', { path, text: `${at} / ${manifestAt}` })
  meter.bytes(seal.offset - passed)
  meter.finish()
  return { bytesRead, bytes: source.size }
}

type Take = (from: number, count: number, use: (piece: Buffer) => boolean) => Promise<boolean>

/** Hands a member on to the sink; false: it is not what the manifest says. */
async function isAsListed(
  { member, sha256, header, at }: Wanted,
  sink: MemberSink | null,
  take: Take,
  context: JobContext,
): Promise<boolean> {
  const stored = storedSize(member)
  if ((member.type !== 'file' && stored > 0) || member.stored === 0) return false
  let compared = 0
  const sameHeader = (piece: Buffer) => {
    const same = header.compare(piece, 0, piece.length, compared, compared + piece.length) === 0
    compared += piece.length
    return same
  }
  if (!(await take(at, header.length, sameHeader))) return false
  sink?.begin(member)
  const content = createContentHash(member, context.checkCancelled, sink === null ? null : sink.data)
  if (!(await take(at + header.length, stored, content.push))) return false
  if (sha256 !== (member.type === 'file' ? content.digest() : null)) return false
  if (!(await take(at + header.length + stored, padding(stored), isZero))) return false
  sink?.end()
  return true
}

function isZero(piece: Buffer): boolean {
  return piece.every((byte) => byte === 0)
}

/** Where each frame begins in the raw stream; one more for where the last one ends. */
function beginsOf(seal: ReadSeal): readonly number[] {
  const begins = [0]
  for (const { raw } of seal.frames) begins.push((begins.at(-1) ?? 0) + raw)
  return begins
}

/** The frames that hold these members, which ascend, but for those up to number `had`. */
function framesOf(batch: readonly Wanted[], begins: readonly number[], had: number): readonly number[] {
  const numbers: number[] = []
  let next = had + 1
  for (const { at, end } of batch) {
    for (next = Math.max(next, frameAt(begins, at)); (begins[next] ?? end) < end; next += 1) numbers.push(next)
  }
  return numbers
}

/** The last frame that begins at or before this byte. */
function frameAt(begins: readonly number[], at: number): number {
  let low = 0
  let high = begins.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((begins[middle] ?? 0) <= at) low = middle
    else high = middle
  }
  return low
}
