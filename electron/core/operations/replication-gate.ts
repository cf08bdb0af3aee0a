import type { Replica } from '../../../shared/model/directory.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { Engine } from '../engine.ts'

export interface GateOptions {
  readonly waitMs: number
  readonly signal?: AbortSignal
  /** Told what is not complete, each time that it differs. */
  readonly onWaiting?: (text: string) => void
}

/**
 * Returns once replication to these servers is complete by their own report; throws `replication-incomplete` (10), naming
 * the servers with what waits for them, when the time is over, and what `signal` aborts with. A server that cannot be asked is
 * not complete.
 */
export async function assertReplicated(engine: Engine, hosts: readonly string[], options: GateOptions): Promise<void> {
  const { waitMs, signal, onWaiting } = options
  let last: string | null = null
  const onChange = (states: readonly Replica[]) => {
    const text = incompleteText(states)
    if (text !== null && text !== last) onWaiting?.(text)
    last = text
  }
  const wait = { timeoutMs: waitMs, onChange, ...(signal ? { signal } : {}) }
  const states =
    waitMs > 0 ? await engine.replication.waitComplete(hosts, wait) : await engine.replication.states(hosts)
  if (signal?.aborted) throw signal.reason
  const text = incompleteText(states)
  if (text !== null) throw fail('replication-incomplete', { hosts: text })
}

/** The servers that are not complete with their state and count, or null. */
function incompleteText(states: readonly Replica[]): string | null {
  const behind = states.filter(({ state }) => state !== 'complete')
  if (behind.length === 0) return null
  return behind.map(({ host, state, waiting }) => `${host}: ${state} ${waiting}`).join(', ')
}
