import { z } from '../zod.ts'
import { importedFileSchema } from './import.ts'
import { problemSchema } from './problem.ts'
import { restorePlanSchema } from './restore.ts'
import { receiptSchema } from './run.ts'
import { wantedVolumeSchema } from './wanted-volume.ts'

const bothSchema = z.object({ ja: z.string(), en: z.string() })

/**
 * Work of a console that takes a while and stops no service: it goes on whatever becomes of its window, and is seen until it
 * is put away. `subject`: the server's host, the archive's or the CSV file's path, or for a survey the hosts and the path.
 */
export const taskSchema = z.object({
  id: z.string(),
  kind: z.enum(['reconcile', 'survey', 'volumes', 'extract', 'copy', 'import']),
  subject: z.string(),
  state: z.enum(['running', 'cancelling', 'done', 'failed', 'cancelled']),
  /** In the task's own unit (records, bytes); `total` null: not known yet. */
  done: z.number(),
  total: z.number().nullable(),
  /** What is being worked on now: a phase, or a path. */
  current: bothSchema.nullable(),
  /** What came of it: counts, names, digests. */
  receipt: receiptSchema.nullable(),
  /** Single results worth reading, the first hundred. */
  lines: z.array(bothSchema),
  /** Of a survey that is done. */
  plan: restorePlanSchema.nullable(),
  /** Of a registration from a file that is done. */
  imported: importedFileSchema.nullable(),
  problem: problemSchema.nullable(),
  /** Of an archive on a special file; null while none is asked for. */
  volume: wantedVolumeSchema.nullable(),
})
export type Task = z.infer<typeof taskSchema>
