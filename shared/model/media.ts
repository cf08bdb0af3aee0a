import { z } from '../zod.ts'

/** How archives are kept, as the domain file's `media` says. */
export const mediaSettingsSchema = z.object({
  /** Bytes of a record on a special file. */
  recordBytes: z.number().int(),
  /** 二次媒体: where each archive is copied to; `required`: a journal is not discarded without that copy. */
  secondCopy: z.object({ to: z.string(), required: z.boolean() }).nullable(),
  /** What `retention` keeps of each server's archives; null: everything. */
  retention: z
    .object({ last: z.number().int(), daily: z.number().int(), weekly: z.number().int(), monthly: z.number().int() })
    .nullable(),
  /** For whom archives are encrypted (age), and where the identity is that reads them again; null: not encrypted. */
  encryption: z
    .object({
      recipients: z.array(z.string()),
      /** Absolute; for this account only. */
      identityFile: z.string().nullable(),
      /** A program and its arguments, which prints it. */
      identityCommand: z.array(z.string()).nullable(),
    })
    .nullable(),
})
export type MediaSettings = z.infer<typeof mediaSettingsSchema>
export type RetentionPolicy = NonNullable<MediaSettings['retention']>
