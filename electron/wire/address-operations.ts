import { changeSchema } from '../../shared/model/change.ts'
import { directoryStatusSchema, replicaReportSchema } from '../../shared/model/directory.ts'
import {
  editedSchema,
  editLimit,
  editSchema,
  entitySchema,
  importedSchema,
  locateQuerySchema,
  registeredSchema,
  registrationSchema,
  searchQuerySchema,
  searchResultSchema,
} from '../../shared/model/entity.ts'
import { journalSummarySchema, segmentSchema } from '../../shared/model/journal.ts'
import { lockStateSchema, sessionSchema } from '../../shared/model/lease.ts'
import { ownerSchema } from '../../shared/model/owner.ts'
import { attestedSchema, changeRangeSchema, placeSchema, positionSchema } from '../../shared/model/position.ts'
import { problemSchema } from '../../shared/model/problem.ts'
import { newerChoiceSchema, reconcileReportSchema } from '../../shared/model/reconcile.ts'
import { repairPlanSchema, repairReportSchema } from '../../shared/model/repair.ts'
import { z } from '../../shared/zod.ts'
import { basicOperations } from './basic-operations.ts'
import { defineOperations } from './operation.ts'

/** The answer to whoever holds the lock. */
const heldLockSchema = lockStateSchema.options[1]
const leaseMsSchema = z.number().int().min(100).max(3_600_000)
const importIdSchema = z.string().min(1).max(64)
const operatorSchema = z.string().min(1).max(64)

/** Numbers that one `changes.missing` asks about: each record among them is looked into, and may be a long one. */
export const missingWindow = 1_000

/** An entity by kind and id; an empty kind stands before all of them, `~` behind. */
const entityKeySchema = z.tuple([z.string(), z.string()])
export type EntityKey = z.infer<typeof entityKeySchema>

const maintenanceSchema = z.object({
  /** Grows with every news. */
  revision: z.number().int(),
  running: z.boolean(),
  progress: z.object({ phase: z.string(), done: z.number().int(), total: z.number().int() }).nullable(),
  problem: problemSchema.nullable(),
  reconciled: reconcileReportSchema.nullable(),
  repaired: repairReportSchema.nullable(),
})
export type Maintenance = z.infer<typeof maintenanceSchema>

/** What an embedded address service answers (own decision: the real one's protocol is not known). */
export const addressOperations = defineOperations({
  ...basicOperations,
  status: { input: z.object({}), output: directoryStatusSchema },
  search: { input: searchQuerySchema, output: searchResultSchema },
  /** The place, counted from 0, of the row that typing ahead leads to in the whole list; null when there is none. */
  locate: { input: locateQuerySchema, output: z.number().int().nullable() },
  /** Master only. Answered once the registration is durable in the database and in every journal it belongs to. */
  register: {
    input: z.object({ registration: registrationSchema, operator: operatorSchema }),
    output: registeredSchema,
  },
  /** Master only. Registrations, changes and deletions as one: all of them, acknowledged like `register`, or none. */
  edit: {
    input: z.object({ edits: z.array(editSchema).min(1).max(editLimit), operator: operatorSchema }),
    output: editedSchema,
  },
  /** Master only. The next part of a bulk registration, kept in memory for this connection. */
  'import.add': {
    input: z.object({
      import: importIdSchema,
      from: z.number().int(),
      registrations: z.array(registrationSchema).max(2000),
    }),
    output: z.null(),
  },
  /** Master only. Carries the parts out as one transaction; `total` registrations must have come. */
  'import.run': {
    input: z.object({
      import: importIdSchema,
      total: z.number().int(),
      operator: operatorSchema,
      partial: z.boolean(),
      dryRun: z.boolean(),
    }),
    output: importedSchema,
  },
  /** Ends what `import.run` does over this connection with `cancelled`, unless it is being stored already. */
  'import.cancel': { input: z.object({ import: importIdSchema }), output: z.null() },
  'lock.status': { input: z.object({}), output: lockStateSchema },
  /** `noConsole`: refused while a console is logged on; none can log on while a command holds it. */
  'lock.acquire': {
    input: z.object({ owner: ownerSchema, leaseMs: leaseMsSchema, noConsole: z.boolean().optional() }),
    output: heldLockSchema,
  },
  'lock.renew': { input: z.object({ token: z.number().int() }), output: heldLockSchema },
  'lock.release': { input: z.object({ token: z.number().int() }), output: z.null() },
  /** Ends someone else's lock, on record; false when that token is no longer in force. */
  'lock.break': { input: z.object({ token: z.number().int(), by: ownerSchema }), output: z.boolean() },
  'session.list': { input: z.object({}), output: z.array(sessionSchema) },
  'session.login': { input: z.object({ owner: ownerSchema, leaseMs: leaseMsSchema }), output: sessionSchema },
  'session.renew': { input: z.object({ session: z.string() }), output: z.null() },
  'session.logout': { input: z.object({ session: z.string() }), output: z.null() },
  'journal.list': { input: z.object({}), output: z.array(journalSummarySchema) },
  'journal.seal': {
    input: z.object({ host: z.string(), token: z.number().int(), by: ownerSchema }),
    output: segmentSchema.nullable(),
  },
  /** A mail's recipient: the user whose id is the part before the @; null when nobody has it. */
  recipient: { input: z.object({ address: z.string().max(320) }), output: entitySchema.nullable() },
  /**
   * Not the master: the next changes in order, or none to ask; answers how far this server is. `line`: the master's own place,
   * which must descend from this server's; with no change left to apply its timeline is taken on. `repair` goes through
   * also while it is 修復待ち.
   */
  replicate: {
    input: z.object({
      changes: z.array(changeSchema).max(1000),
      line: placeSchema.optional(),
      repair: z.boolean().optional(),
    }),
    output: replicaReportSchema,
  },
  /** How many rows, and which digest, each range of the entities has; a range begins where the one before it ends. */
  'contents.digests': {
    input: z.object({ from: entityKeySchema, bounds: z.array(entityKeySchema).max(4096) }),
    output: z.array(z.string()),
  },
  /** The entities of one range, the end left out. */
  'contents.rows': {
    input: z.object({ from: entityKeySchema, to: entityKeySchema }),
    output: z.array(entitySchema),
  },
  /** Not the master: makes these entities as they are on the master. Refused unless this server still stands at `at`. */
  'contents.mend': {
    input: z.object({ at: positionSchema, put: z.array(entitySchema), remove: z.array(entityKeySchema) }),
    output: z.null(),
  },
  /**
   * Not the master: its contents were compared and are those of the master at `place`: it stands there from now on, and is 修復待ち
   * no longer. Records of another history go.
   */
  'contents.adopt': {
    input: z.object({ place: placeSchema }),
    output: replicaReportSchema,
  },
  /** Master only. Begins 整合性確保 of a server; answers the job to ask for. */
  'reconcile.begin': {
    input: z.object({ host: z.string(), newer: newerChoiceSchema, operator: operatorSchema }),
    output: z.object({ job: z.string() }),
  },
  /** Master only. What データ修復 of the master would do. */
  'repair.plan': { input: z.object({ attested: attestedSchema }), output: repairPlanSchema },
  /** Master only. Begins データ修復 of a server. */
  'repair.begin': {
    input: z.object({
      host: z.string(),
      acceptLoss: z.array(changeRangeSchema),
      operator: operatorSchema,
      attested: attestedSchema,
    }),
    output: z.object({ job: z.string() }),
  },
  /** How a job stands; waits up to a second for news. Throws `maintenance-lost` for one that this process does not know. */
  'maintenance.poll': { input: z.object({ job: z.string(), seen: z.number().int() }), output: maintenanceSchema },
  'maintenance.cancel': { input: z.object({ job: z.string() }), output: z.null() },
  /** Changes that this server still has on record, in order, the first one after `after`. */
  'changes.read': {
    input: z.object({ after: z.number().int().nonnegative(), limit: z.number().int().positive().max(1000) }),
    output: z.array(changeSchema),
  },
  /** Not the master: what this server lacks on record of the history of `place`, of the numbers after `after` up to `through`. */
  'changes.missing': {
    input: z
      .object({ place: placeSchema, after: z.number().int().nonnegative(), through: z.number().int().nonnegative() })
      .refine(({ after, through }) => through - after <= missingWindow),
    output: z.array(changeRangeSchema).max(missingWindow),
  },
  /** Not the master: keeps changes of the history of `place` on record; neither contents nor position change. */
  'changes.keep': {
    input: z.object({ place: placeSchema, changes: z.array(changeSchema).max(1000) }),
    output: z.null(),
  },
})
export type AddressOperations = typeof addressOperations
