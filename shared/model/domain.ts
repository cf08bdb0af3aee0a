import { z } from '../zod.ts'
import { mediaSettingsSchema } from './media.ts'
import { notificationsSchema } from './notification.ts'
import { serviceKindSchema } from './service.ts'

export const serverRoleSchema = z.enum(['master', 'address', 'mail'])

export const layoutSchema = z.enum(['hi-ux', 'hp-ux', 'aix'])
export type Layout = z.infer<typeof layoutSchema>

const argv = z.array(z.string())

/** Programs with their arguments, no shell's lines. */
export const serviceCommandsSchema = z.object({
  start: argv,
  stop: argv,
  /** Ends with 0: it serves; 3: it is down; 1 or 2: it died. Anything else says that nobody knows (as LSB has it). */
  status: argv,
  /** Where the service writes its process number: the proof that it is gone, and what a signal is sent to. */
  pidFile: z.string().nullable(),
})
export type ServiceCommands = z.infer<typeof serviceCommandsSchema>

export const serviceConfigSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: serviceKindSchema,
  driver: z.enum(['embedded', 'command']),
  /** TCP port on loopback, for the kind `server` (SMTP); null elsewhere. */
  port: z.number().int().nullable(),
  /** The programs of a service of the driver `command`; null for an embedded one. */
  commands: serviceCommandsSchema.nullable(),
})
export type ServiceConfig = z.infer<typeof serviceConfigSchema>

export const serverConfigSchema = z.object({
  name: z.string(),
  host: z.string(),
  /** サイト: the group of servers that it belongs to; the domain's name where its file names none. */
  site: z.string(),
  roles: z.array(serverRoleSchema),
  layout: layoutSchema,
  /** Absolute folder before the layout's root; "/" on a real site. */
  prefix: z.string(),
  /** In start order. */
  services: z.array(serviceConfigSchema),
  extraTargets: z.array(z.string()),
})
export type ServerConfig = z.infer<typeof serverConfigSchema>

/** A domain as its file states it, checked: exactly one master, hosts unique, every path absolute (design §3). */
export const domainSchema = z.object({
  name: z.string(),
  /** The domain file's absolute path. */
  file: z.string(),
  servers: z.array(serverConfigSchema),
  folders: z.object({
    /** Run records, run locks, pid files, logs, catalog: outside every backup target. */
    state: z.string(),
    /** Unix sockets, mode 0700. */
    sockets: z.string(),
    /** Where archives go by default. */
    backups: z.string(),
  }),
  lease: z.object({ ttlMs: z.number(), heartbeatMs: z.number() }),
  limits: z.object({
    startTimeoutMs: z.number(),
    stopTimeoutMs: z.number(),
    /** How often a start or stop that failed is tried again. */
    retries: z.number(),
    /** What a run does with a service that does not stop in time: gives up, or ends its process by SIGTERM, or SIGKILL after that. */
    stopEscalation: z.enum(['none', 'term', 'kill']),
    /** Longest outage of a run; then the archive is given up and the services start. Null: no limit. */
    downtimeMs: z.number().nullable(),
  }),
  policies: z.object({
    /** Whether an archive is verified while the services are still down, or once they are up again. */
    verify: z.enum(['before-start', 'after-start']),
    /** What `recover` does with a backup that died: leaves it to a person, or brings the services back. */
    recovery: z.enum(['ask', 'restart-services']),
    /** How many of a server's newest verified archives must cover a sealed segment before it is discarded. */
    discardCover: z.number(),
  }),
  media: mediaSettingsSchema,
  notifications: notificationsSchema,
})
export type Domain = z.infer<typeof domainSchema>
