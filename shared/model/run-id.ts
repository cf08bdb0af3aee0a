import { z } from '../zod.ts'

/** A run's id: when it began (UTC) and six random hex digits, so that ids sort by time and fit a file name. */
export const runIdSchema = z.string().regex(/^\d{8}T\d{6}Z-[0-9a-f]{6}$/)

/** A new run's id. That nobody has it yet is made sure by whoever creates the run's record: that never overwrites. */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '')
  // Not `crypto`: it is no global everywhere we run, and nothing secret hangs on these digits.
  const random = Math.floor(Math.random() * 2 ** 24)
  return `${stamp}-${random.toString(16).padStart(6, '0')}`
}
