import { z } from '../zod.ts'
import { archiveHeaderSchema, manifestEntrySchema } from './archive.ts'

/** What is told of an archive that was opened to look into it. */
export const archiveFactsSchema = z.object({
  /** Absolute, as it was asked for. */
  path: z.string(),
  header: archiveHeaderSchema,
})
export type ArchiveFacts = z.infer<typeof archiveFactsSchema>

/** Something that stands in a folder of an archive; `path` is absolute, percent-escaped where its bytes are no UTF-8. */
export const archiveEntrySchema = z.object({
  path: z.string(),
  name: z.string(),
  /** Null: the archive holds something below it, but not the folder itself (the way to a target). */
  entry: manifestEntrySchema.nullable(),
})
export type ArchiveEntry = z.infer<typeof archiveEntrySchema>

/** `next`: asked for with it, the list goes on; null at its end. */
export const archivePageSchema = z.object({ rows: z.array(archiveEntrySchema), next: z.string().nullable() })
export type ArchivePage = z.infer<typeof archivePageSchema>
