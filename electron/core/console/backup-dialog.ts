import type { Segment } from '../../../shared/model/journal.ts'
import { fail } from '../../../shared/model/problem.ts'
import { type Engine, masterOf } from '../engine.ts'
import { type KeptLease, keepLease } from '../lock/keep-lease.ts'
import { assertSettings } from '../operations/preflight.ts'
import type { ConsoleStore } from './store.ts'
import { createTurns } from './turns.ts'

/** The バックアップ dialog: 排他 lasts from its opening to 閉じる (manual 15.2.3 (1), steps 2 to 4). */
export interface BackupDialog {
  /** Begins 排他; throws `lock-held` (11) with the holder's name, `place-in-target` (78) for a `MNG_JOURNAL` in a target. */
  open(): Promise<void>
  /** Seals the journal of a server; throws `lock-lost` when 排他 is not ours any more. */
  clear(host: string): Promise<Segment | null>
  /** Ends 排他. Idempotent. */
  close(): Promise<void>
}

/** When the lease is lost the snapshot's `lock` says so, and nothing but 閉じる is possible. */
export function createBackupDialog(engine: Engine, store: ConsoleStore): BackupDialog {
  let token: number | null = null
  let lease: KeptLease | null = null
  const inTurn = createTurns()

  return {
    open: () => inTurn(open),
    async clear(host) {
      if (token === null || lease?.lost.aborted) throw lease?.lost.reason ?? fail('lock-lost', { host })
      return engine.journals.seal(host, token, engine.owner)
    },
    close: () => inTurn(close),
  }

  async function open(): Promise<void> {
    if (token !== null) return
    assertSettings(masterOf(engine.domain))
    const { ttlMs, heartbeatMs } = engine.domain.lease
    const lock = await engine.lock.acquire(engine.owner, ttlMs)
    token = lock.token
    store.set('lock', { kind: 'held', lock })
    lease = keepLease(() => engine.lock.renew(lock.token), {
      ttlMs,
      heartbeatMs,
      clock: engine.clock,
      refused: (found) => found.code === 'lock-lost',
      onLost: (problem) => store.set('lock', { kind: 'lost', problem }),
    })
  }

  async function close(): Promise<void> {
    const held = token
    token = null
    lease?.stop()
    lease = null
    store.set('lock', { kind: 'none' })
    if (held !== null) await engine.lock.release(held)
  }
}
