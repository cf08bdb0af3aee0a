import { z } from '../zod.ts'
import { problemSchema } from './problem.ts'
import { receiptSchema } from './run.ts'

/**
 * Work of a console that takes a while and stops no service: it goes on whatever becomes of its window, and is seen until it
 * is put away. `subject`: the server's host, or the archive's path.
 */
export const taskSchema = z.object({
  id: z.string(),
  kind: z.enum(['reconcile', 'extract', 'copy']),
  subject: z.string(),
  state: z.enum(['running', 'cancelling', 'done', 'failed', 'cancelled']),
  /** In the task's own unit (records, bytes); `total` null: not known yet. */
  done: z.number(),
  total: z.number().nullable(),
  /** What is being worked on now, in the operator's words (a path, a part of the tree). */
  current: z.string().nullable(),
  /** What came of it: counts, names, digests. */
  receipt: receiptSchema.nullable(),
  /** Single results worth reading, the first hundred. */
  lines: z.array(z.object({ ja: z.string(), en: z.string() })),
  problem: problemSchema.nullable(),
})
export type Task = z.infer<typeof taskSchema>
