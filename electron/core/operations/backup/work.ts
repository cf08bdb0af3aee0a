import type { ServerConfig } from '../../../../shared/model/domain.ts'
import type { Problem } from '../../../../shared/model/problem.ts'
import type { StepId, StepName } from '../../../../shared/model/run.ts'
import type { WrittenArchive } from '../../archive/write-file.ts'
import { type Engine, masterOf, serverOf } from '../../engine.ts'
import { createRunHeldLock, type RunHeldLock } from '../../lock/held-lock.ts'
import type { RunLockHandle } from '../../ports/run-lock.ts'
import { createDowntime, type Downtime } from '../../servers/downtime.ts'
import type { ConsoleSide } from '../console-side.ts'
import type { BackupRequest } from './request.ts'

/** One server that is being backed up. */
export interface Member {
  readonly server: ServerConfig
  readonly downtime: Downtime
  path: string | null
  archive: WrittenArchive | null
  /** Of the archive in the catalog. */
  sequence: number | null
  verified: boolean
  /** Its second copy was wanted and does not stand. */
  uncopied: boolean
  /** Whether the archive outlives a failure: it was good before the services failed to start. */
  kept: boolean
  /** Why this server is left out of its round; null while it is in. */
  failure: Problem | null
}

/** What the steps of one backup share. The run lock is already held. */
export interface BackupWork {
  readonly engine: Engine
  readonly request: BackupRequest
  readonly runId: string
  readonly runLock: RunLockHandle
  readonly console: ConsoleSide
  readonly master: ServerConfig
  /** In the domain file's order, but the master last (manual: its backup is always the newest). */
  readonly members: readonly Member[]
  /** Every server whose services the run stops, the master first. */
  readonly stopped: readonly Downtime[]
  readonly lock: RunHeldLock
  readonly warnings: Problem[]
  /** The name of a step that is done for one server: with its host where there are several. */
  nameOf(id: StepId, member: Member): StepName
}

export function createWork(
  engine: Engine,
  request: BackupRequest,
  console: ConsoleSide,
  runId: string,
  runLock: RunLockHandle,
): BackupWork {
  const master = masterOf(engine.domain)
  const wanted = request.hosts.map((host) => serverOf(engine.domain, host))
  const servers = [...engine.domain.servers.filter((each) => each !== master && wanted.includes(each))]
  if (wanted.includes(master)) servers.push(master)
  const members = servers.map(
    (server): Member => ({
      server,
      downtime: createDowntime(engine, server),
      path: request.places.find(({ host }) => host === server.host)?.to ?? null,
      archive: null,
      sequence: null,
      verified: false,
      uncopied: false,
      kept: false,
      failure: null,
    }),
  )
  const ofMaster = members.find(({ server }) => server === master)?.downtime
  const others = members.filter(({ server }) => server !== master).map(({ downtime }) => downtime)
  const withMaster = request.runbook !== 'server-backup'
  return {
    engine,
    request,
    runId,
    runLock,
    console,
    master,
    members,
    stopped: [...(withMaster ? [ofMaster ?? createDowntime(engine, master)] : []), ...others],
    lock: createRunHeldLock(engine),
    warnings: [],
    nameOf: (id, { server }) => (members.length > 1 ? `${id}@${server.host}` : id),
  }
}
