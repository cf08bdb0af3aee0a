import { lstatSync, readdirSync, statSync } from 'node:fs'
import type { ArchiveHeader } from '../../../../shared/model/archive.ts'
import { fail, ProblemError } from '../../../../shared/model/problem.ts'
import { codeOf } from '../../ports/medium-failure.ts'
import { type SourcePlan, withSource } from '../archive-source.ts'
import { escapeName } from '../member-name.ts'
import { createMeter, type JobContext } from '../meter.ts'
import { readSeal } from '../seal.ts'
import { verifyArchiveFile } from '../verify-file.ts'
import { readSealedHeader, standInsOf } from './archive-facts.ts'
import { checkRoom } from './check-room.ts'
import { extractInParts } from './extract-in-parts.ts'
import { readForeignStream } from './foreign-stream.ts'
import { createMapping, type Mapping, type Root, type Rule } from './mapping.ts'
import type { MemberSink } from './member-sink.ts'
import {
  allPlaced,
  createPlacing,
  createSelection,
  type Placed,
  type PlacingFacts,
  type Selection,
  superuser,
} from './placing.ts'
import { type PartRead, readChosen } from './read-chosen.ts'
import { createTarDecoder } from './tar-decoder.ts'

export type ExtractJob = {
  readonly source: SourcePlan
  readonly into: readonly Rule[]
  /** Absolute paths of members, escaped as the manifest does; each with all that lies below it. Null: everything. */
  readonly select: readonly string[] | null
  /** When members are chosen: whether the rest of the archive is verified, too, or not read at all where that can be. */
  readonly rest: 'verify' | 'leave'
  /** What a member without a rule is: left out, or a reason to refuse the archive. */
  readonly outside: 'skip' | 'refuse'
  /** How an archive of another program is taken; null: not at all (`archive-not-an-archive`). */
  readonly foreign: ForeignPolicy | null
}

/** What an archive of another program may do beyond plain files: nothing that is not asked for by name. */
export type ForeignPolicy = {
  /** Fifos and devices. */
  readonly specialFiles: boolean
  /** Set-user-id and set-group-id bits. */
  readonly setId: boolean
  /** Unpack to whatever size, however small the file. */
  readonly anyRatio: boolean
}

export type Extracted = Placed & {
  /** Null only for an archive of another program. */
  readonly header: ArchiveHeader | null
  readonly position: ArchiveHeader['position']
  /** Null: all of the archive was read. Else chosen members alone were read and verified; nothing is known of the rest. */
  readonly partRead: PartRead | null
}

type Use = {
  readonly job: ExtractJob
  readonly context: JobContext
  readonly mapping: Mapping
  readonly empty: ReadonlySet<Root>
  readonly wanted: Selection
}

/**
 * Puts an archive's members in place. Whatever is thrown leaves files behind that may be bad, without their folders'
 * attributes, for the caller to remove. Resolves once everything is durable. Memory does not depend on the archive but
 * for its folders that hold members and are not themselves members.
 */
export async function extractArchiveFile(job: ExtractJob, context: JobContext): Promise<Extracted> {
  const mapping = createMapping(job.into)
  const use = { job, context, mapping, empty: checkPlaces(mapping), wanted: createSelection(job, mapping) }
  try {
    return await extractOwn(use)
  } catch (thrown) {
    // Said before anything is put in place: the first member is the first thing that is looked at.
    const isForeign = thrown instanceof ProblemError && thrown.problem.code === 'archive-not-an-archive'
    if (!isForeign || job.foreign === null) throw thrown
    return extractForeign(use, job.foreign)
  }
}

/**
 * All of an archive of ours is verified on the way, by several threads where that is worth it, else in sequence; or, where
 * the caller leaves the rest, chosen members alone.
 */
async function extractOwn(use: Use): Promise<Extracted> {
  const { job, context, wanted } = use
  const header = await readSealedHeader(job.source)
  const standIns = needsStandIns(use, header) ? await standInsOf(job.source, wanted.peek, context) : new Map()
  await checkRoom(job.source, use.mapping, wanted.peek, context)
  if (header !== null && leavesRest(job)) return extractChosen(use, header, standIns)
  const parted = await extractInParts(job, use.empty, standIns, context)
  if (parted !== null) return extractedOf(parted.header, parted.placed)
  return placing(use, { standIns }, async (sink) => ({
    header: (await verifyArchiveFile(job.source, context, sink)).header,
  }))
}

/** Volumes of a set would have to be changed back and forth, so those are read from the first to the last. */
function leavesRest({ rest, select, outside, source }: ExtractJob): boolean {
  return rest === 'leave' && select !== null && outside === 'skip' && source.kind === 'file'
}

async function extractChosen(
  use: Use,
  header: ArchiveHeader,
  standIns: ReadonlyMap<string, Uint8Array>,
): Promise<Extracted> {
  const { job, context, wanted } = use
  const wants = (name: Buffer) => wanted.peek(name) || standIns.has(escapeName(name))
  return placing(use, { standIns }, (sink) =>
    withSource(job.source, async (source) => {
      const seal = await readSeal(source.readAt, source.size)
      // It was sound when the header record was read.
      if (seal === null) throw fail('archive-seal-differs', { path: source.path, offset: source.size })
      return { header, partRead: await readChosen(source, seal, wants, sink, context) }
    }),
  )
}

/** Nothing vouches for an archive of another program, so it gets nothing that it was not given by name. */
async function extractForeign(use: Use, policy: ForeignPolicy): Promise<Extracted> {
  const { job, context } = use
  const { specialFiles, anyRatio } = policy
  const setId = policy.setId && superuser
  return placing(
    use,
    { standIns: new Map(), rights: { setId, privilegedXattrs: false, specialFiles, confineLinks: true } },
    async (sink) => {
      await withSource(job.source, async (source) => {
        const meter = createMeter(context, { phase: 'extract', bytesTotal: source.size, membersTotal: 0 })
        const decoder = createTarDecoder(source.path, sink)
        await readForeignStream(source, {
          anyRatio,
          onRead: meter.bytes,
          push: (raw) => {
            context.checkCancelled()
            decoder.push(raw)
          },
        })
        decoder.finish()
        meter.finish()
      })
      return { header: null }
    },
  )
}

async function placing(
  { job, empty, wanted }: Use,
  facts: Pick<PlacingFacts, 'standIns' | 'rights'>,
  read: (sink: MemberSink) => Promise<{ readonly header: ArchiveHeader | null; readonly partRead?: PartRead }>,
): Promise<Extracted> {
  const places = new Set([...empty].map(({ to }) => to))
  const placing = createPlacing(job, 'all', { ...facts, empty: places, selection: wanted })
  try {
    const { header, partRead } = await read(placing.sink)
    wanted.expectAllFound(job.source.path)
    return extractedOf(header, allPlaced([placing.finish()]), partRead)
  } finally {
    placing.abandon()
  }
}

function extractedOf(header: ArchiveHeader | null, placed: Placed, partRead: PartRead | null = null): Extracted {
  return { ...placed, header, position: header?.position ?? null, partRead }
}

/** Every root's place must be free, or an empty folder. Throws `extract-destination-*`. */
function checkPlaces({ roots }: Mapping): Set<Root> {
  const empty = new Set<Root>()
  for (const root of roots) {
    if (!statSync(root.folder, { throwIfNoEntry: false })?.isDirectory())
      throw fail('extract-destination-missing', { path: root.folder })
    const found = lstatSync(root.to, { throwIfNoEntry: false })
    if (found === undefined) continue
    if (!found.isDirectory() || namesIn(root.to) > 0) throw fail('extract-destination-exists', { path: root.to })
    empty.add(root)
  }
  return empty
}

function namesIn(path: string): number {
  try {
    return readdirSync(path).length
  } catch (thrown) {
    throw fail('extract-failed', { member: path, text: codeOf(thrown) }, thrown)
  }
}

/** Whether a hard link may be wanted whose first name is not. */
function needsStandIns({ job, mapping }: Use, header: ArchiveHeader | null): boolean {
  return (
    header !== null &&
    (job.select !== null || header.targets.some((target) => mapping.rootOf(Buffer.from(target.slice(1))) === null))
  )
}
