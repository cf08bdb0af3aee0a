import type { ArchiveHeader, ArchiveSummary } from '../../../shared/model/archive.ts'
import type { FreshSeal } from '../ports/archive-cipher.ts'
import { createBatches } from './batches.ts'
import { type Codec, codecForName } from './codec.ts'
import { STORED } from './codec-zstd.ts'
import { createFrameWriter, type Lane } from './frame-writer.ts'
import { sha256Hex } from './hash.ts'
import { type Member, manifestLine } from './member.ts'
import { HEADER_NAME, MANIFEST_NAME } from './member-name.ts'
import { createMeter, type JobContext } from './meter.ts'
import { type OutputLink, type OutputPlan, openOutput } from './output.ts'
import { lookUpOwners } from './owners.ts'
import { createReaderPool, type PieceTarget, type ReaderPool } from './reader-pool.ts'
import { createRecordStream, recheck } from './recheck.ts'
import { scanTree } from './scan.ts'
import { sealedOutput } from './sealed/sealed-output.ts'
import { createSpool, type Spool } from './spool.ts'
import { systemCalls } from './system-calls.ts'
import { encodeHeader, padding, TAR_END } from './tar-header.ts'
import { placesToWalk } from './tree-walk.ts'
import { zstdLibrary } from './zstd-library.ts'

export type WriteJob = {
  readonly header: ArchiveHeader
  readonly targets: readonly string[]
  /** The final name: chooses the compression, and is what problems name. */
  readonly to: string
  readonly level: number | null
  readonly output: OutputPlan
  readonly scratch: readonly [number, number]
  /** Null: not encrypted. */
  readonly seal: FreshSeal | null
}

/** `skipped`: sockets, as escaped absolute paths. `attributesKept`: extended attributes, ACLs and holes could be seen. */
export type WrittenArchive = ArchiveSummary & {
  readonly skipped: readonly string[]
  readonly attributesKept: boolean
}

/**
 * Writes the whole archive to its output; making it durable and giving it its name is the medium's part. This thread
 * plans and puts frames into the output, readers read; memory does not depend on the targets but for the names in
 * the folders of one path through the tree and one entry for each file that has several names, and one for each frame.
 */
export async function writeArchive(job: WriteJob, context: JobContext, link: OutputLink): Promise<WrittenArchive> {
  const codec = codecForName(job.to)
  const level = job.level ?? codec.defaultLevel
  const pool = createReaderPool(context.readerPath, readersCompress(codec, level) ? level : null)
  try {
    return await writeWith(pool, codec, level, job, context, link)
  } finally {
    await pool.close()
  }
}

/** A thread that has the bytes in its cache compresses them best, where the machine's library lets it; else libuv's pool does. */
function readersCompress(codec: Codec, level: number): boolean {
  return codec.kind === 'zstd' && (level === STORED || zstdLibrary() !== null)
}

async function writeWith(
  pool: ReaderPool,
  codec: Codec,
  level: number,
  job: WriteJob,
  context: JobContext,
  link: OutputLink,
): Promise<WrittenArchive> {
  const seen = createSpool(job.scratch[1], job.to, context.checkCancelled)
  const places = placesToWalk(job.targets)
  const scan = await scanTree(places, pool, context, seen.append)
  const meter = createMeter(context, { phase: 'archive', bytesTotal: scan.bytes, membersTotal: scan.members })
  const output = openOutput(job.output, job.to, link, context)
  const sealed = job.seal === null ? null : sealedOutput(output, job.seal)
  const frames = createFrameWriter(codec, level, sealed ?? output)
  const manifest = createSpool(job.scratch[0], job.to, context.checkCancelled)
  const own = ownMember(job.header)

  const content = Buffer.from(`${JSON.stringify(job.header, null, 2)}\n`, 'utf8')
  const header = { ...own, name: Buffer.from(HEADER_NAME), size: content.length }
  const first = frames.openLane()
  await inFrames(pool, first, [encodeHeader(header), content, Buffer.alloc(padding(content.length))])
  first.end()
  manifest.append(manifestLine(header, sha256Hex(content)))

  let members = 0
  const next = createBatches(createRecordStream(seen))
  const lines = createLines(manifest)
  await pool.readAll(
    () => {
      context.checkCancelled()
      const records = next()
      if (records === null) return null
      const lane = frames.openLane()
      const put = lines.open()
      const target: PieceTarget = {
        push: (bytes, piece, packed) => {
          context.checkCancelled()
          put.append(piece.lines)
          members += piece.members
          meter.current(piece.current)
          meter.bytes(piece.contentBytes)
          meter.members(members)
          return lane.push(bytes, packed)
        },
        end: () => {
          put.end()
          lane.end()
        },
      }
      return { records, target }
    },
    lookUpOwners(scan.uids, scan.gids),
  )
  await frames.settled()
  await recheck(places, pool, seen, context)

  const manifestFrame = frames.frames()
  const last = frames.openLane()
  const manifestHeader = encodeHeader({ ...own, name: Buffer.from(MANIFEST_NAME), size: manifest.size() })
  const end = Buffer.alloc(padding(manifest.size()) + TAR_END.length)
  await inFrames(pool, last, manifestPieces(manifestHeader, manifest, end, context))
  last.end()
  await frames.settled()
  const clear = await frames.finish(manifestFrame)
  const { bytes, sha256 } = (await sealed?.finish()) ?? clear
  meter.current(null)
  meter.finish()
  const { position, host } = job.header
  return {
    path: job.to,
    bytes,
    sha256,
    members: members + 2,
    contentBytes: scan.bytes,
    position,
    host,
    skipped: scan.sockets,
    attributesKept: systemCalls() !== null,
  }
}

/** Puts pieces together to frames; resolves once they are on their way. */
async function inFrames(pool: ReaderPool, lane: Lane, pieces: Iterable<Buffer>): Promise<void> {
  let room = await pool.room()
  let filled = 0
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const count = piece.copy(room.bytes, filled, at)
      at += count
      filled += count
      if (filled < room.bytes.length) continue
      room.put(lane, filled)
      room = await pool.room()
      filled = 0
    }
  }
  room.put(lane, filled)
}

function* manifestPieces(header: Buffer, manifest: Spool, end: Buffer, context: JobContext): Generator<Buffer> {
  yield header
  for (const piece of manifest.read()) {
    context.checkCancelled()
    yield piece
  }
  yield end
}

/** Lines of the manifest in the order of the jobs, whoever is ready first. */
function createLines(manifest: Spool) {
  type Part = { readonly lines: Uint8Array[]; ended: boolean }
  const parts: Part[] = []
  const flush = () => {
    for (let part = parts[0]; part !== undefined; part = parts[0]) {
      for (const lines of part.lines.splice(0))
        manifest.append(Buffer.from(lines.buffer, lines.byteOffset, lines.length))
      if (!part.ended) return
      parts.shift()
    }
  }
  return {
    open: () => {
      const part: Part = { lines: [], ended: false }
      parts.push(part)
      return {
        append: (lines: Uint8Array) => {
          part.lines.push(lines)
          flush()
        },
        end: () => {
          part.ended = true
          flush()
        },
      }
    },
  }
}

/** The archive's own members belong to nobody and bear the time at which the run began. */
function ownMember(header: ArchiveHeader): Omit<Member, 'name' | 'size'> {
  const mtime = BigInt(Date.parse(header.startedAt)) * 1_000_000n
  return { type: 'file', mode: 0o600, uid: 0, gid: 0, user: '', group: '', mtime, link: null }
}
