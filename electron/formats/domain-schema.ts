import { layoutSchema, serverRoleSchema } from '../../shared/model/domain.ts'
import { serviceKindSchema, serviceKinds } from '../../shared/model/service.ts'
import { z } from '../../shared/zod.ts'
import { mediaExpectations, writtenMediaSchema } from './media-settings.ts'
import { notificationExpectations, writtenNotificationsSchema } from './notification-settings.ts'
import type { Expected } from './settings-error.ts'

const name = z
  .string()
  .min(1)
  .max(128)
  .refine((text) => text.trim() !== '' && !/\p{Cc}/u.test(text))
const absolutePath = z.string().refine((path) => path.startsWith('/') && !/[\p{Cc}\uFFFD]/u.test(path))
const milliseconds = z.number().int().min(1).max(86_400_000)

const argv = z.tuple(
  [absolutePath],
  z.string().refine((word) => !word.includes('\0')),
)

const service = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  kind: serviceKindSchema,
  name: name.optional(),
  driver: z.enum(['embedded', 'command']),
  port: z.number().int().min(1).max(65535).optional(),
  commands: z.strictObject({ start: argv, stop: argv, status: argv, pidFile: absolutePath.optional() }).optional(),
})

const server = z.strictObject({
  name,
  host: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,254}$/),
  site: name.optional(),
  roles: z
    .array(serverRoleSchema)
    .min(1)
    .refine((roles) => new Set(roles).size === roles.length),
  layout: layoutSchema,
  prefix: absolutePath,
  services: z.array(service).min(1),
  extraTargets: z.array(absolutePath).optional(),
})

/** The domain file as it is written: every key known, every value of its kind. What spans several keys is checked after. */
export const writtenDomainSchema = z.strictObject({
  domain: name,
  servers: z.array(server).min(1),
  folders: z.strictObject({ state: absolutePath, sockets: absolutePath, backups: absolutePath }),
  lease: z.strictObject({ ttlMs: milliseconds.optional(), heartbeatMs: milliseconds.optional() }).optional(),
  limits: z
    .strictObject({
      startTimeoutMs: milliseconds.optional(),
      stopTimeoutMs: milliseconds.optional(),
      retries: z.number().int().min(0).max(10).optional(),
      stopEscalation: z.enum(['none', 'term', 'kill']).optional(),
      downtimeMs: milliseconds.optional(),
    })
    .optional(),
  policies: z
    .strictObject({
      verify: z.enum(['before-start', 'after-start']).optional(),
      recovery: z.enum(['ask', 'restart-services']).optional(),
      discardCover: z.number().int().min(1).max(10).optional(),
    })
    .optional(),
  media: writtenMediaSchema.optional(),
  notifications: writtenNotificationsSchema.optional(),
})
export type WrittenDomain = z.infer<typeof writtenDomainSchema>

const pathWanted: Expected = { ja: '「/」で始まる絶対パス', en: 'an absolute path, beginning with "/"' }
const argvWanted: Expected = {
  ja: 'プログラムの絶対パスと引数の並び(シェルは使わない)',
  en: "a list of a program's absolute path and its arguments (no shell reads it)",
}
const nameWanted: Expected = {
  ja: '1~128文字の名前(制御文字を除く)',
  en: 'a name of 1 to 128 characters without control characters',
}
const timeWanted: Expected = {
  ja: '1~86400000の整数(ミリ秒)',
  en: 'a whole number of milliseconds from 1 to 86400000',
}

function oneOf(values: readonly string[]): Expected {
  return { ja: `${values.join(',')}のどれか`, en: `one of ${values.join(', ')}` }
}

function keys(values: readonly string[]): Expected {
  return { ja: `キー${values.join(',')}を持つマップ`, en: `a map with the keys ${values.join(', ')}` }
}

const rolesWanted: Expected = {
  ja: 'master,address,mailから1つ以上の並び(重複なし)',
  en: 'a list of master, address and mail: at least one, none twice',
}

/** What each setting should be; list positions are written `*`. */
export const domainExpectations: Readonly<Record<string, Expected>> = {
  '': keys(['domain', 'servers', 'folders', 'lease', 'limits', 'policies', 'media', 'notifications']),
  domain: nameWanted,
  servers: { ja: '1つ以上のサーバの並び', en: 'a list of at least one server' },
  'servers.*': keys(['name', 'host', 'site', 'roles', 'layout', 'prefix', 'services', 'extraTargets']),
  'servers.*.name': nameWanted,
  'servers.*.site': nameWanted,
  'servers.*.host': {
    ja: '半角の英数字,「-」,「.」で1~255文字のホスト名(先頭は英数字)',
    en: 'a host name of 1 to 255 half-width letters, digits, "-" and ".", beginning with a letter or digit',
  },
  'servers.*.roles': rolesWanted,
  'servers.*.roles.*': rolesWanted,
  'servers.*.layout': oneOf(layoutSchema.options),
  'servers.*.prefix': pathWanted,
  'servers.*.services': {
    ja: '起動順の,1つ以上のサービスの並び',
    en: 'a list of at least one service, in start order',
  },
  'servers.*.services.*': keys(['id', 'kind', 'name', 'driver', 'port', 'commands']),
  'servers.*.services.*.id': {
    ja: '半角の英数字,「.」「_」「-」で1~64文字のID(先頭は英数字)',
    en: 'an ID of 1 to 64 half-width letters, digits, ".", "_" and "-", beginning with a letter or digit',
  },
  'servers.*.services.*.kind': oneOf(serviceKinds),
  'servers.*.services.*.name': nameWanted,
  'servers.*.services.*.driver': oneOf(['embedded', 'command']),
  'servers.*.services.*.port': { ja: '1~65535の整数', en: 'a whole number from 1 to 65535' },
  'servers.*.services.*.commands': keys(['start', 'stop', 'status', 'pidFile']),
  'servers.*.services.*.commands.start': argvWanted,
  'servers.*.services.*.commands.stop': argvWanted,
  'servers.*.services.*.commands.status': argvWanted,
  'servers.*.services.*.commands.pidFile': pathWanted,
  'servers.*.extraTargets': { ja: '絶対パスの並び', en: 'a list of absolute paths' },
  'servers.*.extraTargets.*': pathWanted,
  folders: keys(['state', 'sockets', 'backups']),
  'folders.state': pathWanted,
  'folders.sockets': pathWanted,
  'folders.backups': pathWanted,
  lease: keys(['ttlMs', 'heartbeatMs']),
  'lease.ttlMs': timeWanted,
  'lease.heartbeatMs': timeWanted,
  limits: keys(['startTimeoutMs', 'stopTimeoutMs', 'retries', 'stopEscalation', 'downtimeMs']),
  'limits.startTimeoutMs': timeWanted,
  'limits.stopTimeoutMs': timeWanted,
  'limits.retries': { ja: '0~10の整数', en: 'a whole number from 0 to 10' },
  'limits.stopEscalation': oneOf(['none', 'term', 'kill']),
  'limits.downtimeMs': timeWanted,
  policies: keys(['verify', 'recovery', 'discardCover']),
  'policies.verify': oneOf(['before-start', 'after-start']),
  'policies.recovery': oneOf(['ask', 'restart-services']),
  'policies.discardCover': { ja: '1~10の整数', en: 'a whole number from 1 to 10' },
  ...mediaExpectations,
  ...notificationExpectations,
}
