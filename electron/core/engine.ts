import type { Domain, ServerConfig } from '../../shared/model/domain.ts'
import type { Owner } from '../../shared/model/owner.ts'
import { fail } from '../../shared/model/problem.ts'
import type { Teller } from './notify/teller.ts'
import type { ArchiveCatalog } from './ports/archive-catalog.ts'
import type { Clock } from './ports/clock.ts'
import type { DataRepair } from './ports/data-repair.ts'
import type { DatabaseFile } from './ports/database-file.ts'
import type { ConsoleSessions, DomainLock } from './ports/domain-lock.ts'
import type { JournalStore } from './ports/journal-store.ts'
import type { Log } from './ports/log.ts'
import type { Medium } from './ports/medium.ts'
import type { NameDatabase } from './ports/name-database.ts'
import type { Replication } from './ports/replication.ts'
import type { RunLock } from './ports/run-lock.ts'
import type { RunStore } from './ports/run-store.ts'
import type { Scheduler } from './ports/scheduler.ts'
import type { ServiceDriver } from './ports/service-driver.ts'
import type { Told } from './ports/told.ts'

/** Everything the operations need, composed once by a root: the domain and an adapter behind every port. */
export interface Engine {
  readonly domain: Domain
  readonly clock: Clock
  readonly log: Log
  /** Who acts: shown to whoever is refused because of us. */
  readonly owner: Owner
  readonly product: string
  /** The bundled archive worker, a value handed in by the root. */
  readonly workerPath: string
  /** Of the account that this process runs under. */
  readonly uid: number
  driver(host: string, serviceId: string): ServiceDriver
  /** At the master's address service. */
  readonly names: NameDatabase
  readonly lock: DomainLock
  readonly sessions: ConsoleSessions
  readonly journals: JournalStore
  readonly replication: Replication
  readonly repair: DataRepair
  readonly databaseFile: DatabaseFile
  readonly runLock: RunLock
  readonly runs: RunStore
  readonly catalog: ArchiveCatalog
  readonly medium: Medium
  /** Tells people what became of runs; who ends the program waits for it with `settled`. */
  readonly teller: Teller
  readonly told: Told
  /** What could run a backup by itself, the one to use first; with a folder only files there, nothing enabled. */
  schedulers(folder: string | null): readonly Scheduler[]
  /** Ends its connections; the domain goes on. */
  close(): void
}

/** The domain's only master. */
export function masterOf(domain: Domain): ServerConfig {
  const master = domain.servers.find((server) => server.roles.includes('master'))
  if (!master) throw fail('server-unknown', { host: 'master', hosts: hostsOf(domain) })
  return master
}

/** A server by its host name, or by the word MASTER for the master; throws `server-unknown` (64). */
export function serverOf(domain: Domain, host: string): ServerConfig {
  if (host === 'MASTER') return masterOf(domain)
  const server = domain.servers.find((each) => each.host === host)
  if (!server) throw fail('server-unknown', { host, hosts: hostsOf(domain) })
  return server
}

function hostsOf(domain: Domain): string {
  return domain.servers.map((server) => server.host).join(', ')
}
