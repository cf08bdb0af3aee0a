import { z } from '../zod.ts'
import { ownerSchema } from './owner.ts'
import { changeRangeSchema, joinAncestry, type Place, positionSchema, timelineSchema } from './position.ts'
import type { Problem } from './problem.ts'

/**
 * 修復待ち: a server whose data is older than what was acknowledged. Until データ修復 ends it takes no registration (master) and
 * no replication (other servers).
 */
export const repairMarkSchema = z.object({
  /** ISO 8601, UTC. */
  since: z.string(),
  /** `restored`: the mark came with restored data; `behind-journal`, `behind-replica`: found by the service itself. */
  why: z.enum(['restored', 'behind-journal', 'behind-replica']),
  /** Who restored; null where the service found it. */
  by: ownerSchema.nullable(),
  /** Whose journal or replica is ahead; null for `restored`. */
  ahead: z.string().nullable(),
  /** Journal folders that were in force before a restore, and files with records collected before it; absolute. */
  sources: z.array(z.string()),
  /** What was heard of before a restore: no record tells of a timeline that has no change yet. */
  timelines: z.array(timelineSchema).optional(),
})
export type RepairMark = z.infer<typeof repairMarkSchema>

/** What a repair of restored data has to go by beside the journals in force. */
export type RepairLead = Pick<RepairMark, 'sources' | 'timelines'>

/** Data that wait for repair, with the timelines that their mark tells of. */
export function markedPlace({ position, ancestry }: Place, mark: RepairMark | null): Place {
  return { position, ancestry: joinAncestry(ancestry, mark?.timelines ?? []) }
}

/** Whether データ修復 of the master can open registrations that this closed: a journal is damaged, or lacks what it should hold. */
export function opensByRepair(closed: Problem | null): boolean {
  return closed?.code === 'journal-corrupt' || closed?.code === 'journal-failed'
}

/** A place of a journal that cannot be read. What stands before and behind it is used all the same. */
export const corruptPlaceSchema = z.object({
  file: z.string(),
  line: z.number().int(),
  offset: z.number().int(),
  text: z.string(),
})
export type CorruptPlace = z.infer<typeof corruptPlaceSchema>

/** Where records were looked for. */
export const repairSourceSchema = z.object({
  kind: z.enum(['sealed', 'sealing', 'current', 'collected', 'replica']),
  /** The server whose journal, or which replica, it is. */
  host: z.string(),
  /** Absolute; null for a replica. */
  file: z.string().nullable(),
  records: z.number().int(),
  first: positionSchema.nullable(),
  last: positionSchema.nullable(),
})
export type RepairSource = z.infer<typeof repairSourceSchema>

/** What データ修復 of one server would do. Nothing is changed by looking. */
export const repairPlanSchema = z.object({
  host: z.string(),
  position: positionSchema,
  pending: repairMarkSchema.nullable(),
  /** How far the records reach; `position` where there is nothing to replay. */
  reaches: positionSchema,
  /** Records newer than the data that will be replayed. */
  replay: z.array(changeRangeSchema),
  records: z.number().int(),
  /** Changes that nobody holds. Each must be accepted by number. */
  gaps: z.array(changeRangeSchema),
  corrupt: z.array(corruptPlaceSchema),
  sources: z.array(repairSourceSchema),
  /** Servers that could not be asked: they may hold records that are not in this plan. */
  unasked: z.array(z.string()),
})
export type RepairPlan = z.infer<typeof repairPlanSchema>

export const repairProgressSchema = z.object({
  phase: z.enum(['collect', 'replay', 'journals', 'replicas', 'compare']),
  done: z.number().int(),
  total: z.number().int(),
})
export type RepairProgress = z.infer<typeof repairProgressSchema>

export const repairReportSchema = z.object({
  host: z.string(),
  from: positionSchema,
  position: positionSchema,
  /** Records that the data lacked. */
  replayed: z.number().int(),
  /** How many records each server's journal and queue got back. */
  restoredInto: z.array(z.object({ host: z.string(), journal: z.number().int(), queue: z.number().int() })),
  /** Where the new timeline begins; null for a server that is not the master. */
  newTimeline: timelineSchema.nullable(),
  lost: z.array(changeRangeSchema),
  corrupt: z.array(corruptPlaceSchema),
  unasked: z.array(z.string()),
  /** Entities that the comparison at the end still had to mend. */
  mended: z.number().int(),
})
export type RepairReport = z.infer<typeof repairReportSchema>
