import { fail } from '../../../../shared/model/problem.ts'
import { escapeName } from '../member-name.ts'
import type { ExtractJob } from './extract-job.ts'
import { createMapping, isWithin, type Mapping, memberNameOf, type Root } from './mapping.ts'
import { readOwnerIds } from './owner-ids.ts'
import { createPlacer, type Placer, type PlacerOptions } from './placer.ts'
import { placingCalls } from './placing-calls.ts'

const NOT_KEPT_NAMED = 100

/** What could not be kept: `count` in all, the first hundred by member and attribute. */
export type NotKept = { readonly count: number; readonly first: readonly string[] }

/** Members, files and folders and all; bytes of content that were written. */
export type Placed = { readonly members: number; readonly bytes: number; readonly notKept: NotKept }

/** What may be given to what is put in place, and what is known of the archive beforehand. */
export type Rights = Pick<PlacerOptions, 'specialFiles' | 'confineLinks'> & {
  readonly setId: boolean
  readonly privilegedXattrs: boolean
}

export const superuser = process.getuid?.() === 0

/**
 * Of an archive of our own, which is checked against its manifest: modes, owners (the superuser's right; by name, then by
 * number) and attributes as they were, set-id bits and privileged attributes for the superuser only.
 */
const ownRights: Rights = {
  setId: superuser,
  privilegedXattrs: superuser,
  specialFiles: false,
  confineLinks: false,
}

export type Placing = {
  readonly sink: Placer
  /** Everything is done that this one had to do, durably where it is the last one. */
  readonly finish: () => Placed
  /** To be called in any case: closes what is still open and leaves all as it stands, for the caller to remove. */
  readonly abandon: () => void
}

export type PlacingFacts = {
  readonly standIns: ReadonlyMap<string, Uint8Array>
  readonly rights?: Rights
  readonly empty?: ReadonlySet<string>
  readonly selection?: Selection
}

/** `share`: see `PlacerOptions`. `empty`: rules' places that are empty folders already. */
export function createPlacing(
  job: ExtractJob,
  share: PlacerOptions['share'],
  { standIns, rights = ownRights, empty = new Set(), selection }: PlacingFacts,
): Placing {
  const { setId, privilegedXattrs, ...more } = rights
  const mapping = createMapping(job.into)
  const first: string[] = []
  let count = 0
  const placer = createPlacer({
    archive: job.source.path,
    share,
    mapping,
    empty: new Set(mapping.roots.filter((root: Root) => empty.has(root.to))),
    wants: (selection ?? createSelection(job, mapping)).wants,
    standIns: new Map([...standIns].map(([name, link]) => [name, Buffer.from(link)])),
    ...more,
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
  return {
    sink: placer,
    finish: () => {
      placer.finish()
      return { ...placer.placed(), notKept: { count, first } }
    },
    abandon: placer.abandon,
  }
}

/** What several threads have put in place. Times are told once: all of them had the same calls. */
export function allPlaced(parts: readonly Placed[]): Placed {
  const sum = (of: (placed: Placed) => number) => parts.reduce((total, each) => total + of(each), 0)
  const inexact = placingCalls().exactTimes ? [] : ['/: mtime']
  return {
    members: sum(({ members }) => members),
    bytes: sum(({ bytes }) => bytes),
    notKept: {
      count: sum(({ notKept }) => notKept.count),
      first: [...inexact, ...parts.flatMap(({ notKept }) => notKept.first).slice(0, NOT_KEPT_NAMED)],
    },
  }
}

export type Selection = ReturnType<typeof createSelection>

export function createSelection({ select, outside, source }: ExtractJob, mapping: Mapping) {
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
    expectAllFound: (path: string) => {
      const missing = chosen?.find((each) => !each.found)
      if (missing !== undefined) throw fail('extract-nothing-selected', { path, member: missing.path })
    },
  }
}
