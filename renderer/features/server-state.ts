import type { MessageKey } from '../../shared/messages/ja.ts'
import type { DirectoryView } from '../../shared/model/console.ts'
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

export type ReplicationWord =
  | { readonly kind: 'not-told' }
  | { readonly kind: 'complete' }
  | { readonly kind: 'waiting'; readonly count: number }

/**
 * What the master knows of a server's replica. Complete only where the replica itself reported the master's position:
 * an empty queue proves nothing. Not told for the master and while the master cannot be asked.
 */
export function replicationOf(directory: DirectoryView, host: string): ReplicationWord {
  if (directory.kind !== 'up') return { kind: 'not-told' }
  const replica = directory.status.replicas.find((each) => each.host === host)
  if (replica === undefined) return { kind: 'not-told' }
  if (replica.waiting > 0) return { kind: 'waiting', count: replica.waiting }
  const { position } = directory.status
  const same = replica.applied?.timeline === position.timeline && replica.applied.number === position.number
  return same ? { kind: 'complete' } : { kind: 'not-told' }
}
