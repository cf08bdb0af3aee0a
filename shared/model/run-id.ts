import { z } from '../zod.ts'

/** A run's id: when it began (UTC) and six random hex digits, so that ids sort by time and fit a file name. */
export const runIdSchema = z.string().regex(/^\d{8}T\d{6}Z-[0-9a-f]{6}$/)
