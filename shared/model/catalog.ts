import { z } from '../zod.ts'
import { assertNever } from './assert-never.ts'
import { type Attested, joinAncestry, positionSchema, timelineSchema } from './position.ts'

const at = z.string()
/** Grows by one an archive; which of two archives is the newer is never told by a clock. */
const sequence = z.number().int().positive()

/**
 * What an archive on special files is recognised by, since a device has neither name nor size of its own: the random id that its
 * volumes share, where each of them was, and the SHA-256 of the archive's first and last bytes, which hold header and seal.
 */
export const volumesMarkSchema = z.object({ set: z.string(), paths: z.array(z.string()).min(1), ends: z.string() })
export type VolumesMark = z.infer<typeof volumesMarkSchema>

/** A line of the archive catalog. Times are ISO 8601 in UTC. */
export const catalogEventSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('archived'),
    sequence,
    at,
    path: z.string(),
    host: z.string(),
    runId: z.string(),
    setId: z.string(),
    bytes: z.number(),
    /** Hex, of the whole archive file. */
    sha256: z.string(),
    position: positionSchema.nullable(),
    /** The timelines that its database knows; absent from lines of before. */
    ancestry: z.array(timelineSchema).optional(),
  }),
  /** All of it was read again and is what was written; on special files with what it is recognised by. */
  z.object({ kind: z.literal('verified'), sequence, at, volumes: volumesMarkSchema.optional() }),
  /** Its database files were extracted and opened: integrity check passed, and `position` found. */
  z.object({ kind: z.literal('database-checked'), sequence, at, position: positionSchema.nullable() }),
  z.object({ kind: z.literal('copied'), sequence, at, path: z.string(), sameFilesystem: z.boolean() }),
  /** A run ended: whether every server that it was asked for has a verified archive; with what timelines were known. */
  z.object({
    kind: z.literal('set-closed'),
    setId: z.string(),
    at,
    complete: z.boolean(),
    hosts: z.array(z.string()),
    ancestry: z.array(timelineSchema),
  }),
])
export type CatalogEvent = z.infer<typeof catalogEventSchema>

/** One archive as the catalog knows it. Whether it is still there is asked anew each time. */
export const catalogEntrySchema = z.object({
  sequence,
  at,
  path: z.string(),
  host: z.string(),
  runId: z.string(),
  setId: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  position: positionSchema.nullable(),
  /** Null until then. */
  verifiedAt: z.string().nullable(),
  databaseCheckedAt: z.string().nullable(),
  /** Null for a file, and for what was verified before this was recorded. */
  volumes: volumesMarkSchema.nullable(),
  copies: z.array(z.object({ path: z.string(), at, sameFilesystem: z.boolean() })),
  /** Null while its run has not ended. */
  setComplete: z.boolean().nullable(),
  /** The timelines that its database knows, and those known when its run ended. */
  ancestry: z.array(timelineSchema),
})
export type CatalogEntry = z.infer<typeof catalogEntrySchema>

/** The archives from all lines in order, the newest last; of two under one path the later stands. */
export function foldCatalog(events: readonly CatalogEvent[]): readonly CatalogEntry[] {
  const entries = new Map<number, CatalogEntry>()
  // Years of nights have thousands of lines: none of them looks through all archives.
  const byPath = new Map<string, number>()
  const bySet = new Map<string, number[]>()
  const change = (number: number, with_: (entry: CatalogEntry) => Partial<CatalogEntry>) => {
    const entry = entries.get(number)
    if (entry) entries.set(number, { ...entry, ...with_(entry) })
  }
  for (const event of events) {
    switch (event.kind) {
      case 'archived': {
        const { kind: _, ancestry = [], ...facts } = event
        entries.delete(byPath.get(facts.path) ?? 0)
        byPath.set(facts.path, facts.sequence)
        bySet.set(facts.setId, [...(bySet.get(facts.setId) ?? []), facts.sequence])
        const unseen = { verifiedAt: null, databaseCheckedAt: null, volumes: null, copies: [] }
        entries.set(facts.sequence, { ...facts, ...unseen, setComplete: null, ancestry })
        break
      }
      case 'verified':
        change(event.sequence, () => ({ verifiedAt: event.at, volumes: event.volumes ?? null }))
        break
      case 'database-checked':
        change(event.sequence, () => ({ databaseCheckedAt: event.at }))
        break
      case 'copied': {
        const { path, at: when, sameFilesystem } = event
        change(event.sequence, ({ copies }) => ({ copies: [...copies, { path, at: when, sameFilesystem }] }))
        break
      }
      case 'set-closed':
        for (const number of bySet.get(event.setId) ?? []) {
          change(number, ({ ancestry }) => ({
            setComplete: event.complete,
            ancestry: [...joinAncestry(ancestry, event.ancestry)],
          }))
        }
        break
      default:
        assertNever(event)
    }
  }
  return [...entries.values()]
}

/** What archives attest, whether they are still there or not: of each timeline the newest change. */
export function attestedBy(events: readonly CatalogEvent[]): Attested {
  const newest = new Map<string, number>()
  let ancestry: Attested['ancestry'] = []
  for (const event of events) {
    if (event.kind !== 'archived' && event.kind !== 'set-closed') continue
    ancestry = joinAncestry(ancestry, event.ancestry ?? [])
    if (event.kind === 'set-closed' || event.position === null) continue
    const { timeline, number } = event.position
    newest.set(timeline, Math.max(newest.get(timeline) ?? 0, number))
  }
  return { positions: [...newest].map(([timeline, number]) => ({ timeline, number })), ancestry }
}
