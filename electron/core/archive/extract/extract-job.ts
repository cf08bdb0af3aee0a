import { lstatSync, readdirSync, statSync } from 'node:fs'
import type { ArchiveHeader } from '../../../../shared/model/archive.ts'
import { fail, ProblemError } from '../../../../shared/model/problem.ts'
import { type SourcePlan, withSource } from '../archive-source.ts'
import { escapeName } from '../member-name.ts'
import { createMeter, type JobContext } from '../meter.ts'
import { verifyArchiveFile } from '../verify-file.ts'
import { readSealedHeader, standInsOf } from './archive-facts.ts'
import { readForeignStream } from './foreign-stream.ts'
import { codeOf } from './levels.ts'
import { createMapping, isWithin, type Mapping, memberNameOf, type Root, type Rule } from './mapping.ts'
import type { MemberSink } from './member-sink.ts'
import { readOwnerIds } from './owner-ids.ts'
import { createPlacer, type PlacerOptions } from './placer.ts'
import { placingCalls } from './placing-calls.ts'
import { createTarDecoder } from './tar-decoder.ts'

export type ExtractJob = {
  readonly source: SourcePlan
  readonly into: readonly Rule[]
  /** Absolute paths of members, escaped as the manifest does; each with all that lies below it. Null: everything. */
  readonly select: readonly string[] | null
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

const NOT_KEPT_NAMED = 100

/** What could not be kept: `count` in all, the first hundred by member and attribute. */
export type NotKept = { readonly count: number; readonly first: readonly string[] }

export type Extracted = {
  /** Placed, files and folders and all. */
  readonly members: number
  /** Bytes of content that were written. */
  readonly bytes: number
  /** Null only for an archive of another program. */
  readonly header: ArchiveHeader | null
  readonly position: ArchiveHeader['position']
  readonly notKept: NotKept
}

type Use = {
  readonly job: ExtractJob
  readonly context: JobContext
  readonly mapping: Mapping
  readonly empty: ReadonlySet<Root>
  readonly wanted: ReturnType<typeof createSelection>
}

const superuser = process.getuid?.() === 0

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
 * All of an archive of ours is verified on the way (`verifyArchiveFile`). Modes, owners (the superuser's right; by name,
 * then by number) and attributes are restored as they were, set-id bits and privileged attributes for the superuser only:
 * the archive is our own and was checked against its manifest.
 */
async function extractOwn(use: Use): Promise<Extracted> {
  const { job, context, wanted } = use
  const header = await readSealedHeader(job.source)
  const standIns = wanted.needsStandIns(header) ? await standInsOf(job.source, wanted.peek, context) : new Map()
  return placing(
    use,
    { standIns, setId: superuser, privilegedXattrs: superuser, specialFiles: false, confineLinks: false },
    async (sink) => (await verifyArchiveFile(job.source, context, sink)).header,
  )
}

/** Nothing vouches for an archive of another program, so it gets nothing that it was not given by name. */
async function extractForeign(use: Use, policy: ForeignPolicy): Promise<Extracted> {
  const { job, context } = use
  const { specialFiles, anyRatio } = policy
  const setId = policy.setId && superuser
  return placing(
    use,
    { standIns: new Map(), setId, privilegedXattrs: false, specialFiles, confineLinks: true },
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
      return null
    },
  )
}

type Rights = Pick<PlacerOptions, 'standIns' | 'specialFiles' | 'confineLinks'> & {
  readonly setId: boolean
  readonly privilegedXattrs: boolean
}

async function placing(
  { job, mapping, empty, wanted }: Use,
  { setId, privilegedXattrs, ...rights }: Rights,
  read: (sink: MemberSink) => Promise<ArchiveHeader | null>,
): Promise<Extracted> {
  const first: string[] = []
  let count = 0
  const placer = createPlacer({
    archive: job.source.path,
    mapping,
    empty,
    wants: wanted.wants,
    ...rights,
    attributes: {
      owners: superuser ? readOwnerIds() : null,
      setId,
      privilegedXattrs,
      notKept: (entry, what) => {
        count += 1
        if (first.length < NOT_KEPT_NAMED) first.push(`/${escapeName(entry.name)}: ${what}`)
      },
    },
  })
  try {
    const header = await read(placer)
    wanted.expectAllFound(job.source.path)
    placer.finish()
    if (!placingCalls().exactTimes) first.unshift('/: mtime')
    return { ...placer.placed(), header, position: header?.position ?? null, notKept: { count, first } }
  } catch (thrown) {
    placer.abandon()
    throw thrown
  }
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

function createSelection({ select, outside, source }: ExtractJob, mapping: Mapping) {
  const chosen = select?.map((path) => ({ path, name: memberNameOf(path), found: false })) ?? null
  const peek = (name: Buffer): boolean =>
    mapping.rootOf(name) !== null && (chosen === null || chosen.some((each) => isWithin(name, each.name)))
  return {
    peek,
    wants: (name: Buffer): boolean => {
      if (mapping.rootOf(name) === null) {
        if (outside === 'skip') return false
        throw fail('extract-outside', { path: source.path, member: escapeName(name) })
      }
      if (chosen === null) return true
      let wanted = false
      for (const each of chosen) {
        if (!isWithin(name, each.name)) continue
        each.found = true
        wanted = true
      }
      return wanted
    },
    /** Whether a hard link may be wanted whose first name is not. */
    needsStandIns: (header: ArchiveHeader | null): boolean =>
      header !== null &&
      (chosen !== null || header.targets.some((target) => mapping.rootOf(Buffer.from(target.slice(1))) === null)),
    expectAllFound: (path: string) => {
      const missing = chosen?.find((each) => !each.found)
      if (missing !== undefined) throw fail('extract-nothing-selected', { path, member: missing.path })
    },
  }
}
