import type { MessageKey } from '../../shared/messages/ja.ts'
import type { DirectoryView } from '../../shared/model/console.ts'
import { type ReplicaState, wantsRepair } from '../../shared/model/directory.ts'
import type { ServerStatus } from '../../shared/model/server.ts'
import type { ServiceState } from '../../shared/model/service.ts'
import type { Mark } from '../chrome/state-mark.tsx'

export interface StateWord {
  readonly mark: Mark
  readonly word: MessageKey
}

const serviceWords: Readonly<Record<ServiceState, StateWord>> = {
  running: { mark: 'running', word: 'state.running' },
  starting: { mark: 'moving', word: 'state.starting' },
  stopping: { mark: 'moving', word: 'state.stopping' },
  stopped: { mark: 'stopped', word: 'state.stopped' },
  failed: { mark: 'failed', word: 'state.failed' },
}

export function serviceState(state: ServiceState): StateWord {
  return serviceWords[state]
}

/** A server in one word: the worst of its services; some up and some down is a word of its own. */
export function serverState(server: ServerStatus): StateWord {
  return siteState([server])
}

/** A site in one word, by the same rule over all its servers. */
export function siteState(servers: readonly ServerStatus[]): StateWord {
  const states = new Set(servers.flatMap((server) => server.services.map((service) => service.state)))
  for (const telling of ['failed', 'starting', 'stopping'] as const) {
    if (states.has(telling)) return serviceWords[telling]
  }
  if (states.has('running') && states.has('stopped')) return { mark: 'partial', word: 'state.partial' }
  return serviceWords[states.has('running') ? 'running' : 'stopped']
}

const replicaWords: Readonly<Record<ReplicaState, StateWord>> = {
  complete: { mark: 'done', word: 'replication.complete' },
  processing: { mark: 'moving', word: 'replication.processing' },
  waiting: { mark: 'partial', word: 'replication.waits' },
  unreachable: { mark: 'failed', word: 'replication.unreachable' },
  diverged: { mark: 'failed', word: 'replication.diverged' },
  newer: { mark: 'failed', word: 'replication.newer' },
  'repair-pending': { mark: 'partial', word: 'replication.repair-pending' },
}

export function replicaWord(state: ReplicaState): StateWord {
  return replicaWords[state]
}

/** How a server stands to the master: null while the master cannot be asked, and for a master that is not 修復待ち. */
export function replicationOf(
  directory: DirectoryView,
  host: string,
): { readonly state: ReplicaState; readonly waiting: number } | null {
  if (directory.kind !== 'up') return null
  const { status } = directory
  if (status.host === host) return status.repairPending === null ? null : { state: 'repair-pending', waiting: 0 }
  return status.replicas.find((each) => each.host === host) ?? null
}

/** The servers that データ修復 has something to do for, the master first. */
export function repairable(directory: DirectoryView): readonly string[] {
  if (directory.kind !== 'up') return []
  const { status } = directory
  const replicas = status.replicas.filter(({ state }) => state === 'repair-pending').map(({ host }) => host)
  return wantsRepair(status) ? [status.host, ...replicas] : replicas
}
