import type { HeldLock } from '../../../shared/model/lease.ts'
import { fail, toProblem } from '../../../shared/model/problem.ts'
import type { Engine } from '../engine.ts'
import { type KeptLease, keepLease } from './keep-lease.ts'

/** 排他 as one run holds it. */
export interface RunHeldLock {
  /** Begins it and keeps its lease; see the port for what it throws. */
  take(options?: { readonly noConsole?: boolean }): Promise<HeldLock>
  holds(): boolean
  /** The token in force; throws `lock-lost` (or why it was lost) when it is not ours any more. */
  token(): number
  /** Asks the address service whether it is still ours, where it was taken; throws `lock-lost`, or why nobody can tell. */
  confirm(): Promise<void>
  /**
   * The run is about to stop the address service that keeps it: its silence from now on is no lost lease (design §5). It
   * stands again, with a full lease, when that service is back, so that nobody registers before `release`.
   */
  suspend(): void
  /** Ends it. Idempotent. A suspended one that cannot be told is left to run out by itself. */
  release(): Promise<void>
}

export function createRunHeldLock(engine: Engine): RunHeldLock {
  let held: HeldLock | null = null
  let lease: KeptLease | null = null
  let suspended = false

  return {
    async take(options) {
      const { ttlMs, heartbeatMs } = engine.domain.lease
      const granted = await engine.lock.acquire(engine.owner, ttlMs, options)
      held = granted
      suspended = false
      lease = keepLease(() => engine.lock.renew(granted.token), {
        ttlMs,
        heartbeatMs,
        clock: engine.clock,
        refused: (found) => found.code === 'lock-lost',
      })
      return granted
    },
    holds: () => held !== null,
    token() {
      if (!held || lease?.lost.aborted) throw lease?.lost.reason ?? fail('lock-lost')
      return held.token
    },
    async confirm() {
      if (!held) return
      if (lease?.lost.aborted) throw lease.lost.reason
      await engine.lock.renew(held.token)
    },
    suspend() {
      suspended = true
      lease?.stop()
    },
    async release() {
      lease?.stop()
      const ending = held
      held = null
      if (!ending) return
      try {
        await engine.lock.release(ending.token)
      } catch (error) {
        if (!suspended || toProblem(error).code !== 'address-service-down') throw error
      }
    },
  }
}
