import { z } from '../zod.ts'
import { ownerSchema } from './owner.ts'
import { positionSchema } from './position.ts'

/** Records of a journal or a segment, counted. Times are ISO 8601 in UTC; null where there is no record. */
const journalContentSchema = z.object({
  records: z.number().int(),
  bytes: z.number().int(),
  oldest: z.string().nullable(),
  newest: z.string().nullable(),
  first: positionSchema.nullable(),
  last: positionSchema.nullable(),
})

/** A sealed segment: what one clear moved out of the journal's folder. Nothing is ever unlinked by a clear (design §6). */
export const segmentSchema = journalContentSchema.extend({
  /** Grows by one a host. */
  id: z.number().int().positive(),
  host: z.string(),
  /** Null where the file that told it was lost. */
  clearedAt: z.string().nullable(),
  clearedBy: ownerSchema.nullable(),
})
export type Segment = z.infer<typeof segmentSchema>

/** What is left of a segment that was discarded: the line of record, never its records (design §6). */
export const discardedSegmentSchema = segmentSchema.extend({
  discardedAt: z.string(),
  discardedBy: ownerSchema,
  /** The verified archives, by path, that covered its last change. */
  coveredBy: z.array(z.string()),
})
export type DiscardedSegment = z.infer<typeof discardedSegmentSchema>

/** A damaged or missing file beside a journal's records: the metadata of a segment, or the lines of record of those discarded. */
export const journalDamageSchema = z.object({
  /** Absolute. */
  file: z.string(),
  /** What is wrong with it. */
  text: z.string(),
  /** Where the damaged file is kept since it was mended, until somebody takes it away; null while it stands unmended. */
  keptAs: z.string().nullable(),
})
export type JournalDamage = z.infer<typeof journalDamageSchema>

/** `none`: no journal is kept; `shared-filesystem`: one broken disk takes the database and its journal. */
export const journalWarningSchema = z.enum(['none', 'shared-filesystem'])
export type JournalWarning = z.infer<typeof journalWarningSchema>

/** One server's journal, as the バックアップ dialog lists it. */
export const journalSummarySchema = journalContentSchema.extend({
  host: z.string(),
  /** False for the master without `MNG_JOURNAL`: nothing is journaled, so there is nothing to clear. */
  kept: z.boolean(),
  segments: z.array(segmentSchema),
  discarded: z.array(discardedSegmentSchema),
  /** What is damaged beside its records, or was until it was mended. */
  damage: z.array(journalDamageSchema),
  /** What an operator should know of the master's journal; null where there is nothing, and for other servers. */
  warning: journalWarningSchema.nullable(),
})
export type JournalSummary = z.infer<typeof journalSummarySchema>

/** Whether files beside the records stand damaged, for データ修復 of the master to mend. */
export function hasUnmended(journals: readonly JournalSummary[]): boolean {
  return journals.some(({ damage }) => damage.some(({ keptAs }) => keptAs === null))
}
