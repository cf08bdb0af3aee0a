import { z } from '../zod.ts'
import { hasUnmended, journalSummarySchema } from './journal.ts'
import { lockStateSchema, sessionSchema } from './lease.ts'
import { positionSchema, timelineSchema } from './position.ts'
import { problemSchema } from './problem.ts'
import { opensByRepair, repairMarkSchema } from './repair.ts'

/**
 * How a server stands to the master. `complete`: its own reported position is the master's; `processing` (トランザクションレコード処理中):
 * records are on their way; `waiting` (トランザクションレコードあり): they wait; `unreachable`: it cannot be asked; `diverged`: what follows
 * cannot be applied; `newer`: it holds records that the master does not; `repair-pending`: it was restored and waits for データ修復.
 */
export const replicaStateSchema = z.enum([
  'complete',
  'processing',
  'waiting',
  'unreachable',
  'diverged',
  'newer',
  'repair-pending',
])
export type ReplicaState = z.infer<typeof replicaStateSchema>

/** One server that the master feeds. Waiting counts records in the durable queue. */
export const replicaSchema = z.object({
  host: z.string(),
  state: replicaStateSchema,
  waiting: z.number().int(),
  /** ISO 8601: when the oldest waiting record was registered; null when none waits. */
  oldestAt: z.string().nullable(),
  /** The position that the server itself reported last; null if it was never heard. */
  applied: positionSchema.nullable(),
  lastHeard: z.string().nullable(),
  /** Why it is not fed; null while it is. */
  problem: problemSchema.nullable(),
})
export type Replica = z.infer<typeof replicaSchema>

/** How far a server other than the master is, as it answers to replication. */
export const replicaReportSchema = z.object({
  position: positionSchema,
  ancestry: z.array(timelineSchema),
  /** 修復待ち: it takes nothing until its repair. */
  pending: z.boolean(),
})
export type ReplicaReport = z.infer<typeof replicaReportSchema>

/** What an address service says of itself in one answer. */
export const directoryStatusSchema = z.object({
  host: z.string(),
  master: z.boolean(),
  position: positionSchema,
  /** The timelines that this server knows (design §4). */
  ancestry: z.array(timelineSchema),
  /** Registrations are refused: a journal could not be written or opened. Until the service is restarted, or the master repaired. */
  readOnly: z.boolean(),
  /** Why, where that is so. */
  closed: problemSchema.nullable(),
  /** 修復待ち, and why; null for a server that works. */
  repairPending: repairMarkSchema.nullable(),
  users: z.number().int(),
  organizations: z.number().int(),
  /** Only the master holds these; empty and free elsewhere. */
  lock: lockStateSchema,
  sessions: z.array(sessionSchema),
  journals: z.array(journalSummarySchema),
  replicas: z.array(replicaSchema),
})
export type DirectoryStatus = z.infer<typeof directoryStatusSchema>

/** Whether the master has something for データ修復 to do: its data, its journals, or what stands beside their records. */
export function wantsRepair({ repairPending, closed, journals }: DirectoryStatus): boolean {
  return repairPending !== null || opensByRepair(closed) || hasUnmended(journals)
}
