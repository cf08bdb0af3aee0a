import { setTimeout as sleep } from 'node:timers/promises'
import { fail, toProblem } from '../../../shared/model/problem.ts'
import type { Engine } from '../engine.ts'

/** How often the servers are asked again: nothing tells of an end of replication. */
const askAgainMs = 250

export interface GateOptions {
  readonly waitMs: number
  readonly signal?: AbortSignal
  /** Told what is not complete, each time that it differs. */
  readonly onWaiting?: (text: string) => void
}

/**
 * Returns once replication to these servers is complete by their own report; throws `replication-incomplete` (10), naming
 * the servers with what waits for them, when the time is over, and `cancelled`. A server that cannot be asked is not complete.
 */
export async function assertReplicated(engine: Engine, hosts: readonly string[], options: GateOptions): Promise<void> {
  const until = engine.clock.monotonicMs() + options.waitMs
  let last = ''
  for (;;) {
    const text = await incompleteText(engine, hosts)
    if (text === null) return
    if (text !== last) options.onWaiting?.(text)
    last = text
    if (engine.clock.monotonicMs() >= until) throw fail('replication-incomplete', { hosts: text })
    if (options.signal?.aborted) throw options.signal.reason
    await sleep(askAgainMs)
  }
}

/** The servers that are not complete with their counts, or null. */
async function incompleteText(engine: Engine, hosts: readonly string[]): Promise<string | null> {
  try {
    const { position, replicas } = await engine.names.status()
    const behind = hosts.flatMap((host) => {
      const replica = replicas.find((each) => each.host === host)
      const same = replica?.applied?.timeline === position.timeline && replica.applied.number === position.number
      return same && replica?.waiting === 0 ? [] : [`${host}: ${replica?.waiting ?? '?'}`]
    })
    return behind.length === 0 ? null : behind.join(', ')
  } catch (error) {
    const { code } = toProblem(error)
    if (code !== 'address-service-down' && code !== 'address-service-silent') throw error
    return hosts.map((host) => `${host}: ?`).join(', ')
  }
}
