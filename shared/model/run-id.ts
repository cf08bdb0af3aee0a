import { z } from '../zod.ts'

/** A run's identity, such as `20261122T020014Z-1a2b3c4d`: sorts by the time of its start, and is a file name. */
export const runIdSchema = z.string().regex(/^\d{8}T\d{6}Z-[0-9a-f]{8}$/)

/** A new run's identity. That it is new is made sure by whoever creates the run's record: that never overwrites. */
export function newRunId(now: Date): string {
  const time = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '')
  const random = Math.floor(Math.random() * 2 ** 32)
  return `${time}-${random.toString(16).padStart(8, '0')}`
}
