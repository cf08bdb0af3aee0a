import { lstatSync, readdirSync, statSync } from 'node:fs'
import type { ArchiveHeader } from '../../../../shared/model/archive.ts'
import { fail } from '../../../../shared/model/problem.ts'
import type { SourcePlan } from '../archive-source.ts'
import { escapeName } from '../member-name.ts'
import type { JobContext } from '../meter.ts'
import { verifyArchiveFile } from '../verify-file.ts'
import { readSealedHeader, standInsOf } from './archive-facts.ts'
import { codeOf } from './levels.ts'
import { createMapping, isWithin, type Mapping, memberNameOf, type Root, type Rule } from './mapping.ts'
import { readOwnerIds } from './owner-ids.ts'
import { createPlacer } from './placer.ts'
import { placingCalls } from './placing-calls.ts'

export type ExtractJob = {
  readonly source: SourcePlan
  readonly into: readonly Rule[]
  /** Absolute paths of members, escaped as the manifest does; each with all that lies below it. Null: everything. */
  readonly select: readonly string[] | null
  /** What a member without a rule is: left out, or a reason to refuse the archive. */
  readonly outside: 'skip' | 'refuse'
}

/** What could not be kept: `count` in all, the first hundred by member and attribute. */
export type NotKept = { readonly count: number; readonly first: readonly string[] }

export type ExtractedArchive = {
  /** Placed, files and folders and all. */
  readonly members: number
  /** Bytes of content that were written. */
  readonly bytes: number
  readonly header: ArchiveHeader
  readonly position: ArchiveHeader['position']
  readonly notKept: NotKept
}

/**
 * Puts an archive's members in place while all of it is verified (`verifyArchiveFile`): whatever that throws leaves
 * files behind that may be bad, without their folders' attributes, for the caller to remove. Resolves once everything is
 * durable. Memory does not depend on the archive but for its folders that hold members and are not themselves members.
 *
 * Modes, owners (the superuser's right; by name, then by number) and attributes are restored as they were, set-id bits
 * and privileged attributes for the superuser only: the archive is our own and was checked against its manifest.
 */
export async function extractArchiveFile(job: ExtractJob, context: JobContext): Promise<ExtractedArchive> {
  const { path } = job.source
  const mapping = createMapping(job.into)
  const empty = checkPlaces(mapping)
  const wanted = createSelection(job, mapping)
  const header = await readSealedHeader(job.source)
  const superuser = process.getuid?.() === 0
  const first: string[] = []
  let count = 0
  const placer = createPlacer({
    archive: path,
    mapping,
    empty,
    wants: wanted.wants,
    standIns: wanted.needsStandIns(header) ? await standInsOf(job.source, wanted.peek, context) : new Map(),
    attributes: {
      owners: superuser ? readOwnerIds() : null,
      setId: superuser,
      privilegedXattrs: superuser,
      notKept: (entry, what) => {
        count += 1
        if (first.length < 100) first.push(`/${escapeName(entry.name)}: ${what}`)
      },
    },
    specialFiles: false,
    confineLinks: false,
  })
  try {
    const verified = await verifyArchiveFile(job.source, context, placer)
    wanted.expectAllFound(path)
    placer.finish()
    const notKept = { count, first: placingCalls().exactTimes ? first : ['/: mtime', ...first] }
    return { ...placer.placed(), header: verified.header, position: verified.header.position, notKept }
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
