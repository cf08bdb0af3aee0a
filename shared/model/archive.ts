import { z } from '../zod.ts'
import { positionSchema } from './position.ts'

/** The first member of every archive, `.untenseki/header.json` (design §8). Times are ISO 8601 in UTC. */
export const archiveHeaderSchema = z.object({
  format: z.literal('untenseki-archive'),
  version: z.literal(1),
  setId: z.string(),
  runId: z.string(),
  domain: z.string(),
  server: z.string(),
  host: z.string(),
  layout: z.enum(['hi-ux', 'hp-ux', 'aix']),
  /** Read from the server's own database files after its Object Server ended; null only for a tree without a name database. */
  position: positionSchema.nullable(),
  /** The backup targets: absolute paths, as they were computed. */
  targets: z.array(z.string()),
  startedAt: z.string(),
  product: z.string(),
})
export type ArchiveHeader = z.infer<typeof archiveHeaderSchema>

/** A line of the manifest, `.untenseki/manifest.jsonl`, the last member. */
export const manifestEntrySchema = z.object({
  /** The member's name, percent-escaped where its bytes are no UTF-8 (see ARCHITECTURE, "Archive"). */
  path: z.string(),
  type: z.enum(['file', 'directory', 'symlink', 'hardlink']),
  mode: z.number().int(),
  uid: z.number().int(),
  gid: z.number().int(),
  user: z.string(),
  group: z.string(),
  /** Nanoseconds since the epoch, as decimal digits. */
  mtime: z.string(),
  size: z.number(),
  /** Hex, of a file's content; null for what has none. */
  sha256: z.string().nullable(),
  /** Target of a symlink or hard link, escaped like `path`. */
  link: z.string().nullable(),
  /** Only of a sparse file: bytes that stand in the tar stream for it, its map included; `size` is the file's own. */
  stored: z.number().int().optional(),
  /** Only where there are any: extended attributes, name (escaped like `path`) → value in base64, in byte order of the names. */
  xattrs: z.record(z.string(), z.string()).optional(),
  /** Only where there is one: POSIX ACLs as short text with numeric ids. */
  acl: z.object({ access: z.string().nullable(), default: z.string().nullable() }).optional(),
})
export type ManifestEntry = z.infer<typeof manifestEntrySchema>

/** What a finished and durable archive is known by. */
export const archiveSummarySchema = z.object({
  path: z.string(),
  bytes: z.number(),
  /** Hex, of the whole archive file. */
  sha256: z.string(),
  members: z.number(),
  /** Bytes of file content before compression. */
  contentBytes: z.number(),
  position: positionSchema.nullable(),
  host: z.string(),
})
export type ArchiveSummary = z.infer<typeof archiveSummarySchema>
