import { languageSchema } from '../../shared/model/language.ts'
import { type Notifications, noticeKindSchema } from '../../shared/model/notification.ts'
import { z } from '../../shared/zod.ts'
import type { Expected } from './settings-error.ts'

/** Never a line break: it could begin a header of its own in a mail. */
const text = z
  .string()
  .min(1)
  .max(998)
  .refine((value) => !/\p{Cc}/u.test(value))
const address = text.refine((value) => /^[^@]+@[^@]+$/.test(value))
const absolutePath = text.refine((path) => path.startsWith('/'))
const argv = z
  .array(z.string().refine((word) => !word.includes('\0')))
  .min(1)
  .refine(([program]) => program?.startsWith('/') === true)

/** The `notifications` of a domain file as they are written. */
export const writtenNotificationsSchema = z.strictObject({
  on: z.array(noticeKindSchema).optional(),
  language: languageSchema.optional(),
  mail: z
    .strictObject({
      host: text,
      port: z.number().int().min(1).max(65535).optional(),
      tls: z.enum(['none', 'starttls', 'tls']).optional(),
      from: address,
      to: z.array(address).min(1),
      user: text.optional(),
      passwordFile: absolutePath.optional(),
      passwordCommand: argv.optional(),
      caFile: absolutePath.optional(),
    })
    .optional(),
  command: argv.optional(),
  desktop: z.boolean().optional(),
})
type Written = z.infer<typeof writtenNotificationsSchema>

const ports = { none: 25, starttls: 587, tls: 465 } as const

/** With the defaults: what went wrong or did not happen is told, at nobody unless someone is named. */
export function toNotifications(written: Written | undefined): Notifications {
  const { on, language, mail, command, desktop } = written ?? {}
  const tls = mail?.tls ?? 'none'
  return {
    on: on ?? ['failure', 'warning', 'missed'],
    language: language ?? 'ja',
    mail: mail
      ? {
          host: mail.host,
          port: mail.port ?? ports[tls],
          tls,
          from: mail.from,
          to: mail.to,
          user: mail.user ?? null,
          passwordFile: mail.passwordFile ?? null,
          passwordCommand: mail.passwordCommand ?? null,
          caFile: mail.caFile ?? null,
        }
      : null,
    command: command ?? null,
    desktop: desktop ?? true,
  }
}

/** The same settings as they are written, without what is not set. */
export function writtenNotifications({ mail, command, ...rest }: Notifications): Written {
  const set = mail ? Object.fromEntries(Object.entries(mail).filter(([, value]) => value !== null)) : undefined
  return { ...rest, ...(set ? { mail: set as Written['mail'] } : {}), ...(command ? { command } : {}) }
}

const addressWanted: Expected = { ja: 'メールアドレス', en: 'a mail address' }
const argvWanted: Expected = {
  ja: 'プログラムの絶対パスと引数の並び(シェルは使わない)',
  en: "a list of a program's absolute path and its arguments (no shell reads it)",
}
const pathWanted: Expected = { ja: '「/」で始まる絶対パス', en: 'an absolute path, beginning with "/"' }
const textWanted: Expected = { ja: '制御文字のない文字列', en: 'text without control characters' }

function keys(values: readonly string[]): Expected {
  return { ja: `キー${values.join(',')}を持つマップ`, en: `a map with the keys ${values.join(', ')}` }
}

function oneOf(values: readonly string[]): Expected {
  return { ja: `${values.join(',')}のどれか`, en: `one of ${values.join(', ')}` }
}

const mailKeys = ['host', 'port', 'tls', 'from', 'to', 'user', 'passwordFile', 'passwordCommand', 'caFile']

/** What each of these settings should be; list positions are written `*`. */
export const notificationExpectations: Readonly<Record<string, Expected>> = {
  notifications: keys(['on', 'language', 'mail', 'command', 'desktop']),
  'notifications.on': {
    ja: `${noticeKindSchema.options.join(',')}の並び`,
    en: `a list of ${noticeKindSchema.options.join(', ')}`,
  },
  'notifications.on.*': oneOf(noticeKindSchema.options),
  'notifications.language': oneOf(languageSchema.options),
  'notifications.mail': keys(mailKeys),
  'notifications.mail.host': textWanted,
  'notifications.mail.port': { ja: '1~65535の整数', en: 'a whole number from 1 to 65535' },
  'notifications.mail.tls': oneOf(['none', 'starttls', 'tls']),
  'notifications.mail.from': addressWanted,
  'notifications.mail.to': { ja: '1つ以上のメールアドレスの並び', en: 'a list of at least one mail address' },
  'notifications.mail.to.*': addressWanted,
  'notifications.mail.user': textWanted,
  'notifications.mail.passwordFile': pathWanted,
  'notifications.mail.passwordCommand': argvWanted,
  'notifications.mail.caFile': pathWanted,
  'notifications.command': argvWanted,
  'notifications.desktop': oneOf(['true', 'false']),
}
