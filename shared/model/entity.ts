import { z } from '../zod.ts'
import { positionSchema } from './position.ts'

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

/** What is asked to be registered. Without `organizationId`: the top organisation. Without `id`: generated. */
export const registrationSchema = z.object({
  kind: entityKindSchema,
  name: entityNameSchema,
  id: entityIdSchema.optional(),
  /** The organisation it belongs to; for an organisation, its parent. */
  organizationId: entityIdSchema.optional(),
  /** A user's mail server; the master's host without it. */
  host: z.string().optional(),
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
})
export type Entity = z.infer<typeof entitySchema>

/** An acknowledged registration: durable in the database and in every journal it belongs to (design §4). */
export const registeredSchema = z.object({ entity: entitySchema, position: positionSchema })
export type Registered = z.infer<typeof registeredSchema>

export const searchQuerySchema = z.object({
  kind: entityKindSchema,
  /** Any part of the name or of the id; without it, everything. */
  name: z.string().max(128).optional(),
  /** Only what belongs directly to this organisation; null: top organisations. */
  organizationId: z.string().nullable().optional(),
  offset: z.number().int().nonnegative().default(0),
  limit: z.number().int().positive().max(5000).default(200),
})
export type SearchQuery = z.input<typeof searchQuerySchema>

export const searchResultSchema = z.object({ rows: z.array(entitySchema), total: z.number().int() })
export type SearchResult = z.infer<typeof searchResultSchema>
