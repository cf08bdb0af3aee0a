import { z } from '../zod.ts'
import { positionSchema } from './position.ts'
import { problemSchema } from './problem.ts'

/** How the text of a CSV file is written; cp932 is what Japanese spreadsheets call Shift_JIS. */
export const csvEncodingSchema = z.enum(['utf-8', 'cp932', 'euc-jp'])
export type CsvEncoding = z.infer<typeof csvEncodingSchema>

/** What became of a CSV file's registrations. */
export const importOutcomeSchema = z.object({
  /** Lines that hold a registration, right or wrong. */
  lines: z.number().int(),
  registered: z.number().int(),
  refusedTotal: z.number().int(),
  /** The first wrong lines in the file's order, by the number that an editor shows. */
  refused: z.array(z.object({ line: z.number().int(), problem: problemSchema })),
  /** The position before the first and that of the last registration; the same where none was made. */
  from: positionSchema,
  position: positionSchema,
})
export type ImportOutcome = z.infer<typeof importOutcomeSchema>

/** What a console's task made of a file, and what it was asked for. */
export const importedFileSchema = importOutcomeSchema.extend({ dryRun: z.boolean(), partial: z.boolean() })
export type ImportedFile = z.infer<typeof importedFileSchema>
