import { createHash } from 'node:crypto'
import type { ArchiveHeader, ArchiveSummary } from '../../../shared/model/archive.ts'
import { fail, ProblemError } from '../../../shared/model/problem.ts'
import { parseArchiveHeader } from './archive-header.ts'
import { type ArchiveAt, type ArchiveSource, withSource } from './archive-source.ts'
import { type Codec, sniffCodec } from './codec.ts'
import type { MemberSink } from './extract/member-sink.ts'
import { foundFrames, type ReadFrame, sealedFrames } from './frame-reader.ts'
import { createGiveBack } from './give-back.ts'
import { createManifestChecker } from './manifest-checker.ts'
import { readManifest } from './manifest-reader.ts'
import { HEADER_NAME, MANIFEST_NAME } from './member-name.ts'
import { createMeter, type JobContext } from './meter.ts'
import { isForParts, type ReadArchive, readInParts } from './parts/read-in-parts.ts'
import { encodeSeal, type Frame, type ReadSeal, readSeal } from './seal.ts'
import { createStreamChecker, type StreamAccount, type StreamChecker } from './stream-checker.ts'
import { surveyMembers } from './survey.ts'

export type VerifiedArchive = { readonly summary: ArchiveSummary; readonly header: ArchiveHeader }

/**
 * Reads the whole archive and accounts for every byte: each tar header is encoded anew from what it says and compared,
 * each member with the manifest, all padding, each frame with the seal, and the seal with the bytes before it. A sound
 * seal finds the frames of a damaged archive; without one they are found by their own structure.
 *
 * Throws `archive-missing`, `archive-unreadable` (12), and for whatever is not whole and good one of
 * `archive-not-an-archive`, `-header-invalid`, `-truncated`, `-member-differs`, `-manifest-differs`, `-damaged`,
 * `-seal-differs`, `-trailing-bytes` (13). A damaged frame is told by the first member that has bytes in it. Where a sound
 * seal stands, what is damaged is then read once more to name every member that differs: to `onDiffering` all of them, in
 * the problem their `count` and the first ten as `members`.
 */
export async function verifyArchiveFile(
  archive: ArchiveAt,
  context: JobContext,
  sink: MemberSink | null = null,
): Promise<VerifiedArchive> {
  return withSource(archive, async (source) => {
    const seal = await readSeal(source.readAt, source.size)
    try {
      if (sink === null && isForParts(source, seal, context)) {
        const read = await readInParts(source, seal, context, null)
        if (read !== null) return verifiedOf(source, read)
      }
      const verified = await verifySource(source, seal, context, sink)
      // An archive is known by what stands on the medium.
      return source.outer === undefined || sink !== null
        ? verified
        : { ...verified, summary: { ...verified.summary, ...(await outside(source.outer, context)) } }
    } catch (thrown) {
      const damage = thrown instanceof ProblemError && membersDiffer.has(thrown.problem.code)
      if (seal === null || sink !== null || !damage) throw thrown
      throw await allThatDiffer(source, seal, context, thrown)
    }
  })
}

function verifiedOf({ path, size }: ArchiveSource, read: ReadArchive): VerifiedArchive {
  const { header, members, contentBytes, sha256 } = read
  const { position, host } = header
  return { summary: { path, bytes: size, sha256, members, contentBytes, position, host }, header }
}

async function outside(outer: ArchiveSource, context: JobContext): Promise<Pick<ArchiveSummary, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256')
  for (let at = 0; at < outer.size; ) {
    context.checkCancelled()
    const bytes = await outer.readAt(at, 1024 * 1024)
    if (bytes.length === 0) throw fail('archive-unreadable', { path: outer.path, text: 'EOF' })
    hash.update(bytes)
    at += bytes.length
  }
  return { bytes: outer.size, sha256: hash.digest('hex') }
}

const membersDiffer: ReadonlySet<string> = new Set([
  'archive-member-differs',
  'archive-damaged',
  'archive-manifest-differs',
])
const AT_ONCE = 500
const IN_PROBLEM = 10

/** The problem with the members that a survey named; `first` as it is when that finds nothing more. */
async function allThatDiffer(
  source: ArchiveSource,
  seal: ReadSeal,
  context: JobContext,
  first: ProblemError,
): Promise<ProblemError> {
  const few: string[] = []
  let count = 0
  let batch: string[] = []
  const send = () => {
    if (batch.length > 0) context.onDiffering?.(batch)
    batch = []
  }
  await surveyMembers(source, seal, context, (member) => {
    count += 1
    if (few.length < IN_PROBLEM) few.push(member)
    batch.push(member)
    if (batch.length === AT_ONCE) send()
  })
  send()
  const [member] = few
  if (member === undefined) return first
  return fail('archive-member-differs', { path: source.path, member, count, members: few.join('\n') }, first)
}

async function verifySource(
  file: ArchiveSource,
  seal: ReadSeal | null,
  context: JobContext,
  sink: MemberSink | null,
): Promise<VerifiedArchive> {
  const { path } = file
  const codec = seal?.codec ?? sniffCodec(await file.readAt(0, 4))
  if (codec === null) throw fail('archive-not-an-archive', { path })
  const told: { header: ArchiveHeader | null } = { header: null }
  const account: StreamAccount = {
    ...createManifestChecker(path),
    header: (content) => {
      told.header = parseArchiveHeader(path, content)
    },
  }
  const checker = createStreamChecker({ path, account, sink, checkCancelled: context.checkCancelled })
  const meter = createMeter(context, {
    phase: sink === null ? 'verify' : 'extract',
    bytesTotal: file.size,
    membersTotal: 0,
  })
  const whole = createHash('sha256')
  const frames: Frame[] = []
  const giveBack = createGiveBack()
  let end = 0
  let raw = 0
  let manifestFrame: number | null = null

  const stop = (offset: number) => {
    end = offset
  }
  for await (const frame of seal === null ? foundFrames(file, codec, stop) : sealedFrames(file, seal)) {
    context.checkCancelled()
    if (frame.raw === null || !checker.push(frame.raw)) throw await damageAt(file, frame, seal, checker)
    whole.update(frame.compressed)
    frames.push({ length: frame.compressed.length, raw: frame.raw.length, sha256: frame.sha256 })
    const manifestAt = checker.manifestAt()
    if (manifestAt !== null && manifestAt >= raw && manifestAt < raw + frame.raw.length)
      manifestFrame = manifestAt === raw ? frames.length - 1 : null
    raw += frame.raw.length
    end = frame.offset + frame.compressed.length
    meter.bytes(frame.compressed.length)
    giveBack()
  }
  const { header } = told
  if (!checker.ended() || header === null) throw await incomplete(file, codec, end, frames.length, checker)
  const expected =
    manifestFrame === null ? null : encodeSeal(codec, { frames, manifestFrame, sha256: whole.copy().digest() })
  await checkSeal(file, end, expected)
  if (expected !== null) whole.update(expected)
  meter.bytes(file.size - end)
  meter.finish()
  const summary: ArchiveSummary = {
    path,
    bytes: file.size,
    sha256: whole.digest('hex'),
    members: checker.where().members,
    contentBytes: checker.contentBytes(),
    position: header.position,
    host: header.host,
  }
  return { summary, header }
}

/** What to say of a frame that cannot be read or does not go on as it must. */
async function damageAt(
  { path, ...file }: ArchiveSource,
  frame: ReadFrame,
  seal: ReadSeal | null,
  checker: StreamChecker,
): Promise<ProblemError> {
  const { inside, after, members } = checker.where()
  if (inside !== null) return fail('archive-member-differs', { path, member: inside })
  if (seal === null && members === 0) return fail('archive-not-an-archive', { path })
  if (seal !== null && frame.offset >= (seal.starts[seal.manifestFrame] ?? 0))
    return fail('archive-member-differs', { path, member: MANIFEST_NAME })
  const member = seal === null ? null : await nameOf({ path, ...file }, seal, members)
  if (member !== null) return fail('archive-member-differs', { path, member })
  return fail('archive-damaged', { path, offset: frame.offset, after: after ?? HEADER_NAME })
}

/** The name of the member with this number, by the manifest; null when that is damaged, too. */
async function nameOf(file: ArchiveSource, seal: ReadSeal, number: number): Promise<string | null> {
  let count = 0
  try {
    for await (const entry of readManifest(file, seal)) {
      if (count === number) return entry.path
      count += 1
    }
    return MANIFEST_NAME
  } catch (thrown) {
    if (!(thrown instanceof ProblemError) || thrown.problem.code !== 'archive-member-differs') throw thrown
    return number === 0 ? HEADER_NAME : null
  }
}

/** The frames end before the stream does. */
async function incomplete(
  file: ArchiveSource,
  codec: Codec,
  end: number,
  frames: number,
  checker: StreamChecker,
): Promise<ProblemError> {
  const { path, size } = file
  const { inside, after } = checker.where()
  const next = await codec.measure(file.readAt, end)
  if (frames === 0 && next.kind !== 'cut') return fail('archive-not-an-archive', { path })
  if (end === size || next.kind === 'cut')
    return fail('archive-truncated', { path, bytes: size, member: inside ?? after ?? HEADER_NAME })
  if (inside !== null) return fail('archive-member-differs', { path, member: inside })
  return fail('archive-damaged', { path, offset: end, after: after ?? HEADER_NAME })
}

/** `expected` must be all that there is from `offset` on; null: no seal could follow such frames. */
async function checkSeal(
  { path, size, readAt }: ArchiveSource,
  offset: number,
  expected: Buffer | null,
): Promise<void> {
  if (expected === null) throw fail('archive-seal-differs', { path, offset })
  const actual = await readAt(offset, expected.length)
  const differs = actual.findIndex((byte, index) => byte !== expected[index])
  if (differs >= 0) throw fail('archive-seal-differs', { path, offset: offset + differs })
  if (actual.length < expected.length) throw fail('archive-truncated', { path, bytes: size, member: MANIFEST_NAME })
  if (size > offset + expected.length) throw fail('archive-trailing-bytes', { path, offset: offset + expected.length })
}
