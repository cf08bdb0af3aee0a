import { z } from '../zod.ts'
import { languageSchema } from './language.ts'

/** What is told: a run that failed, one that ended with warnings, one that is done, a scheduled backup that did not happen. */
export const noticeKindSchema = z.enum(['failure', 'warning', 'success', 'missed'])
export type NoticeKind = z.infer<typeof noticeKindSchema>

const argv = z.array(z.string())

/** Whom to tell what, as the domain file says. A secret is never in it: only where to find one. */
export const notificationsSchema = z.object({
  on: z.array(noticeKindSchema),
  language: languageSchema,
  mail: z
    .object({
      host: z.string(),
      port: z.number().int(),
      /** `tls`: from the first byte (465); `starttls`: demanded before anything is said; `none`. */
      tls: z.enum(['none', 'starttls', 'tls']),
      from: z.string(),
      to: z.array(z.string()),
      user: z.string().nullable(),
      /** An absolute path; the first line is the password. */
      passwordFile: z.string().nullable(),
      /** A program with its arguments; the first line that it prints is the password. */
      passwordCommand: argv.nullable(),
      /** PEM: the only authorities that may have signed the mail server's certificate. Null: those that the program knows. */
      caFile: z.string().nullable(),
    })
    .nullable(),
  /** A program with its arguments, never a shell's line: it gets the notice as JSON on standard input. */
  command: argv.nullable(),
  /** By the console that drove the run, on its own desktop. */
  desktop: z.boolean(),
})
export type Notifications = z.infer<typeof notificationsSchema>
export type MailSettings = NonNullable<Notifications['mail']>

/** What everyone is told. */
export const noticeSchema = z.object({
  kind: noticeKindSchema,
  domain: z.string(),
  hosts: z.array(z.string()),
  /** ISO 8601, UTC. */
  at: z.string(),
  runId: z.string().nullable(),
  exitCode: z.number().int().nullable(),
  /** The code of the problem behind it, or null. */
  problem: z.string().nullable(),
  /** In the language that the domain file asks for: one line, and lines. */
  subject: z.string(),
  text: z.string(),
})
export type Notice = z.infer<typeof noticeSchema>
