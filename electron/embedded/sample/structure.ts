import { join } from 'node:path'
import type { Domain, ServerConfig } from '../../../shared/model/domain.ts'
import { toNotifications } from '../../formats/notification-settings.ts'

/** The file that marks a folder as a sample domain: nothing is ever removed from a folder without it. */
export const markerName = '.untenseki-sample'
export const domainFileName = 'untenseki.yaml'

type Sketch = {
  readonly name: string
  readonly host: string
  readonly site: string
  readonly roles: ServerConfig['roles']
}

const sketches: readonly Sketch[] = [
  { name: '本社マスタ', host: 'hq-mas', site: '本社', roles: ['master', 'mail'] },
  { name: '東京メール', host: 'tk-ml1', site: '本社', roles: ['address', 'mail'] },
  { name: '大阪メール', host: 'os-ml1', site: '大阪支社', roles: ['address', 'mail'] },
]

export const sampleServerCount = sketches.length

/** The sample domain under `root` (absolute). `ports` are the servers' SMTP ports, in their order. */
export function sampleDomain(root: string, name: string, sockets: string, ports: readonly number[]): Domain {
  return {
    name,
    file: join(root, domainFileName),
    servers: sketches.map((sketch, index) => ({
      ...sketch,
      layout: 'hp-ux',
      prefix: join(root, 'servers', sketch.host),
      services: [
        {
          id: 'object-server',
          name: 'Object Server',
          kind: 'object-server',
          driver: 'embedded',
          port: null,
          commands: null,
        },
        {
          id: 'address-service',
          name: 'アドレスサービス',
          kind: 'address-service',
          driver: 'embedded',
          port: null,
          commands: null,
        },
        {
          id: 'server',
          name: 'サーバ',
          kind: 'server',
          driver: 'embedded',
          port: ports[index] ?? null,
          commands: null,
        },
        { id: 'scheduler', name: 'Scheduler', kind: 'dependent', driver: 'embedded', port: null, commands: null },
      ],
      extraTargets: [],
    })),
    folders: { state: join(root, 'state'), sockets, backups: join(root, 'backups') },
    lease: { ttlMs: 15_000, heartbeatMs: 5_000 },
    limits: {
      startTimeoutMs: 60_000,
      stopTimeoutMs: 60_000,
      retries: 0,
      stopEscalation: 'none',
      downtimeMs: null,
    },
    policies: { verify: 'before-start', recovery: 'ask', discardCover: 2 },
    media: { recordBytes: 1024 * 1024, secondCopy: null, retention: null, encryption: null },
    notifications: toNotifications(undefined),
  }
}
