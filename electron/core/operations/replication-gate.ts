import { message } from '../../../shared/messages/step-title.ts'
import type { Replica } from '../../../shared/model/directory.ts'
import { fail, type Problem, problem } from '../../../shared/model/problem.ts'
import { type Engine, masterOf } from '../engine.ts'

export interface GateOptions {
  readonly waitMs: number
  readonly signal?: AbortSignal
  /** Told what is not complete, each time that it differs. */
  readonly onWaiting?: (text: { readonly ja: string; readonly en: string }) => void
}

/**
 * Returns once replication to these servers is complete by their own report; throws `replication-incomplete` (10), naming
 * the servers with what waits for them, when the time is over, and what `signal` aborts with. A server that cannot be asked is
 * not complete.
 */
export async function assertReplicated(engine: Engine, hosts: readonly string[], options: GateOptions): Promise<void> {
  const text = incompleteText(await waited(engine, hosts, options))
  if (text !== null) throw fail('replication-incomplete', { hosts: text.en, hostsJa: text.ja })
}

async function waited(engine: Engine, hosts: readonly string[], options: GateOptions): Promise<readonly Replica[]> {
  const { waitMs, signal, onWaiting } = options
  let last: string | null = null
  const onChange = (states: readonly Replica[]) => {
    const text = incompleteText(states)
    if (text !== null && text.en !== last) onWaiting?.(text)
    last = text?.en ?? null
  }
  const wait = { timeoutMs: waitMs, onChange, ...(signal ? { signal } : {}) }
  const states =
    waitMs > 0 ? await engine.replication.waitComplete(hosts, wait) : await engine.replication.states(hosts)
  if (signal?.aborted) throw signal.reason
  return states
}

/**
 * For a backup of the master alone, which goes on although servers lag: a warning that names them, or null. What is on its way gets
 * `waitMs` to arrive; a server that cannot be asked, or that needs an operator, is told at once. Null also where the master's
 * address service is down: nobody can say then.
 */
export async function lagOfOthers(engine: Engine, options: GateOptions): Promise<Problem | null> {
  const master = masterOf(engine.domain).host
  const others = engine.domain.servers.flatMap(({ host }) => (host === master ? [] : [host]))
  const [own, ...found] = await engine.replication.states([master, ...others])
  if (own?.state === 'unreachable') return null
  const moving = found.filter(({ state }) => state === 'waiting' || state === 'processing').map(({ host }) => host)
  const caught = moving.length === 0 ? [] : await waited(engine, moving, options)
  const text = incompleteText(found.map((one) => caught.find(({ host }) => host === one.host) ?? one))
  return text === null ? null : problem('replication-lagging', { hosts: text.en, hostsJa: text.ja })
}

/** The servers that are not complete with their state, and what is known to wait, or null. */
function incompleteText(states: readonly Replica[]): { readonly ja: string; readonly en: string } | null {
  const behind = states.filter(({ state }) => state !== 'complete')
  if (behind.length === 0) return null
  const textIn = (language: 'ja' | 'en') =>
    behind
      .map(({ host, state, waiting }) => {
        const word = message(state === 'waiting' ? 'replication.waits' : `replication.${state}`)[language]
        return `${host}: ${word}${waiting > 0 ? ` ${waiting}` : ''}`
      })
      .join(', ')
  return { ja: textIn('ja'), en: textIn('en') }
}
