import { z } from '../zod.ts'
import { positionSchema } from './position.ts'
import { problemSchema } from './problem.ts'

export const entityKindSchema = z.enum(['user', 'organization', 'group', 'board'])
export type EntityKind = z.infer<typeof entityKindSchema>

/** Half-width letters, digits, hyphen, underscore, full stop. */
export const entityIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/)

/** A name as people write it: 1 to 128 characters, no control characters. */
export const entityNameSchema = z
  .string()
  .min(1)
  .max(128)
  .refine((name) => name.trim() !== '' && !/\p{Cc}/u.test(name))

/** Levels of boards, the top one counted (facts §10). */
export const boardLevels = 5

/** Users of a group; the limit is our own decision. */
const membersSchema = z.array(entityIdSchema).max(1000)

/** What is asked to be registered. Without `organizationId`: the top organisation. Without `id`: generated. */
export const registrationSchema = z.object({
  kind: entityKindSchema,
  name: entityNameSchema,
  id: entityIdSchema.optional(),
  /** The organisation it belongs to; for an organisation, its parent. */
  organizationId: entityIdSchema.optional(),
  /** A user's mail server; the master's host without it. */
  host: z.string().optional(),
  /** The board that this board lies below; its organisation is the one above's unless another is named. */
  parentId: entityIdSchema.optional(),
  /** The users of this group, by id. */
  members: membersSchema.optional(),
})
export type Registration = z.infer<typeof registrationSchema>

export const entitySchema = z.object({
  kind: entityKindSchema,
  id: z.string(),
  name: z.string(),
  /** Null for a top organisation. */
  organizationId: z.string().nullable(),
  /** A user's mail server; null for other kinds. */
  host: z.string().nullable(),
  /** The board above; only a board below another one has it. */
  parentId: z.string().optional(),
  /** Ids of users in ascending order, none twice; only a group that has members has it. */
  members: z.array(z.string()).optional(),
})
export type Entity = z.infer<typeof entitySchema>

/** An acknowledged registration: durable in the database and in every journal it belongs to (design §4). */
export const registeredSchema = z.object({ entity: entitySchema, position: positionSchema })
export type Registered = z.infer<typeof registeredSchema>

/**
 * A change of what stands in the name database; what is not named stays. With `expected`, it is refused unless the entity
 * still is just that, so that two administrators do not undo each other's work unseen.
 */
export const changeRequestSchema = z.object({
  kind: entityKindSchema,
  id: z.string(),
  expected: entitySchema.optional(),
  name: entityNameSchema.optional(),
  /** Null makes an organisation a top one. */
  organizationId: entityIdSchema.nullable().optional(),
  host: z.string().optional(),
  /** Null makes a board a top one. */
  parentId: entityIdSchema.nullable().optional(),
  members: membersSchema.optional(),
})
export type ChangeRequest = z.infer<typeof changeRequestSchema>

export const editSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('register'), registration: registrationSchema }),
  changeRequestSchema.extend({ action: z.literal('change') }),
  z.object({
    action: z.literal('delete'),
    kind: entityKindSchema,
    id: z.string(),
    expected: entitySchema.optional(),
  }),
])
export type Edit = z.infer<typeof editSchema>

/** Most edits that are carried out as one (own decision); a message holds no more. */
export const editLimit = 2000

/** What one edit did to one entity: null before a registration, null after a deletion. */
const effectSchema = z.object({ before: entitySchema.nullable(), after: entitySchema.nullable() })
export type Effect = z.infer<typeof effectSchema>

/** Acknowledged edits: every change made, in order, and the change number that the last of them has. */
export const editedSchema = z.object({ effects: z.array(effectSchema), position: positionSchema })
export type Edited = z.infer<typeof editedSchema>

/** Most registrations of one bulk registration, and most refused ones that its answer names (own decisions). */
export const importLimits = { registrations: 200_000, refusals: 1000 } as const

/** What became of a bulk registration. Refusals name registrations by their index, the first ones only. */
export const importedSchema = z.object({
  /** Registered; with a dry run, what would be. */
  registered: z.number().int(),
  refusedTotal: z.number().int(),
  refused: z.array(z.object({ index: z.number().int(), problem: problemSchema })),
  /** The position before the first and that of the last registration; the same where none was made. */
  from: positionSchema,
  position: positionSchema,
})
export type Imported = z.infer<typeof importedSchema>

export const sortSchema = z.object({
  by: z.enum(['id', 'name', 'organization', 'host', 'members']),
  descending: z.boolean().default(false),
})

export const searchQuerySchema = z.object({
  kind: entityKindSchema,
  /** Any part of the name or of the id; without it, everything. */
  name: z.string().max(128).optional(),
  /** Only what belongs directly to this organisation; null: top organisations. */
  organizationId: z.string().nullable().optional(),
  /** Only boards directly below this one; null: top boards. */
  parentId: z.string().nullable().optional(),
  /** Only these; for whoever knows the ids. */
  ids: z.array(z.string()).max(1000).optional(),
  /** Over the whole list, not the page; by id without it. Names by their code points, letters in either case (own decision). */
  sort: sortSchema.optional(),
  offset: z.number().int().nonnegative().default(0),
  limit: z.number().int().positive().max(5000).default(200),
})
export type SearchQuery = z.input<typeof searchQuerySchema>

/** Typing ahead in a list: which row, from place `from` on and round again, has a name or an id that begins with `prefix`. */
export const locateQuerySchema = searchQuerySchema
  .omit({ offset: true, limit: true })
  .extend({ prefix: z.string().min(1).max(128), from: z.number().int().nonnegative() })
export type LocateQuery = z.input<typeof locateQuerySchema>

export const searchResultSchema = z.object({ rows: z.array(entitySchema), total: z.number().int() })
export type SearchResult = z.infer<typeof searchResultSchema>
