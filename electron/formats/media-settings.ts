import type { MediaSettings } from '../../shared/model/media.ts'
import { z } from '../../shared/zod.ts'
import { isAgeRecipient } from './age-recipient.ts'
import type { Expected } from './settings-error.ts'
import { isRecordSize, RECORD_LEAST, RECORD_MOST } from './volume.ts'

const RECORD_BYTES = 1024 * 1024
const absolute = z.string().refine((path) => path.startsWith('/') && !/[\p{Cc}\uFFFD]/u.test(path))
const count = z.number().int().min(0).max(10_000)

/** The domain file's `media` as it is written. */
export const writtenMediaSchema = z.strictObject({
  recordBytes: z.number().refine(isRecordSize).optional(),
  secondCopy: z
    .strictObject({
      to: absolute,
      required: z.boolean().optional(),
    })
    .optional(),
  retention: z
    .strictObject({
      last: count.min(1),
      daily: count.optional(),
      weekly: count.optional(),
      monthly: count.optional(),
    })
    .optional(),
  encryption: z
    .strictObject({
      recipients: z.array(z.string().refine(isAgeRecipient)).min(1),
      identityFile: absolute.optional(),
      identityCommand: z.tuple([absolute], z.string()).optional(),
    })
    .optional(),
})
type WrittenMedia = z.infer<typeof writtenMediaSchema>

/** What is not written: records of 1 MiB, no second copy, everything kept. */
export function toMedia(written: WrittenMedia = {}): MediaSettings {
  const { recordBytes = RECORD_BYTES, secondCopy, retention, encryption } = written
  return {
    recordBytes,
    secondCopy: secondCopy === undefined ? null : { to: secondCopy.to, required: secondCopy.required ?? false },
    retention: retention === undefined ? null : toRetention(retention),
    encryption:
      encryption === undefined
        ? null
        : {
            recipients: encryption.recipients,
            identityFile: encryption.identityFile ?? null,
            identityCommand: encryption.identityCommand ?? null,
          },
  }
}

function toRetention({ last, daily = 0, weekly = 0, monthly = 0 }: NonNullable<WrittenMedia['retention']>) {
  return { last, daily, weekly, monthly }
}

/** The other way, for the text of a domain file. */
export function writtenMedia({ recordBytes, secondCopy, retention, encryption }: MediaSettings): WrittenMedia {
  return {
    recordBytes,
    ...(secondCopy === null ? {} : { secondCopy }),
    ...(retention === null ? {} : { retention }),
    ...(encryption === null ? {} : { encryption: writtenEncryption(encryption) }),
  }
}

function writtenEncryption({ recipients, identityFile, identityCommand }: NonNullable<MediaSettings['encryption']>) {
  const [program, ...args] = identityCommand ?? []
  return {
    recipients: [...recipients],
    ...(identityFile === null ? {} : { identityFile }),
    ...(program === undefined ? {} : { identityCommand: [program, ...args] as [string, ...string[]] }),
  }
}

const countWanted: Expected = { ja: '0~10000の整数', en: 'a whole number from 0 to 10000' }

export const mediaExpectations: Readonly<Record<string, Expected>> = {
  media: {
    ja: 'キーrecordBytes,secondCopy,retention,encryptionを持つマップ',
    en: 'a map with the keys recordBytes, secondCopy, retention, encryption',
  },
  'media.recordBytes': {
    ja: `${RECORD_LEAST}~${RECORD_MOST}の,512の倍数(バイト)`,
    en: `a multiple of 512 from ${RECORD_LEAST} to ${RECORD_MOST}, in bytes`,
  },
  'media.secondCopy': { ja: 'キーto,requiredを持つマップ', en: 'a map with the keys to, required' },
  'media.secondCopy.to': { ja: '「/」で始まる絶対パス', en: 'an absolute path, beginning with "/"' },
  'media.secondCopy.required': { ja: 'true又はfalse', en: 'true or false' },
  'media.retention': {
    ja: 'キーlast,daily,weekly,monthlyを持つマップ',
    en: 'a map with the keys last, daily, weekly, monthly',
  },
  'media.retention.last': { ja: '1~10000の整数', en: 'a whole number from 1 to 10000' },
  'media.retention.daily': countWanted,
  'media.retention.weekly': countWanted,
  'media.retention.monthly': countWanted,
  'media.encryption': {
    ja: 'キーrecipients,identityFile,identityCommandを持つマップ',
    en: 'a map with the keys recipients, identityFile, identityCommand',
  },
  'media.encryption.recipients': { ja: 'age1…の受信者の一覧', en: 'a list of recipients, age1…' },
  'media.encryption.recipients.*': {
    ja: 'age-keygenが表示したとおりの受信者(age1…。打ち間違いは検査文字で分かります)',
    en: 'a recipient (age1…) just as age-keygen printed it: its checksum tells a slip of the pen',
  },
  'media.encryption.identityFile': { ja: '「/」で始まる絶対パス', en: 'an absolute path, beginning with "/"' },
  'media.encryption.identityCommand': {
    ja: '絶対パスのプログラムと引数の一覧',
    en: 'a list: a program by its absolute path, and its arguments',
  },
}
