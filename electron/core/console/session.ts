import { type Problem, toProblem } from '../../../shared/model/problem.ts'
import type { Engine } from '../engine.ts'
import { type KeptLease, keepLease } from '../lock/keep-lease.ts'
import type { ConsoleStore } from './store.ts'
import { createTurns } from './turns.ts'

/** This console's login at the master's address service (運転席). */
export interface ConsoleSession {
  /** Logs on; a session that is on already stays as it is. Throws what the address service answers. */
  logon(): Promise<void>
  /** Logs off; silent when it is off already. Throws only when the address service cannot be told. */
  logoff(): Promise<void>
}

/** The session's lease is renewed in the background; when it ends from the other side the snapshot says why. */
export function createConsoleSession(engine: Engine, store: ConsoleStore): ConsoleSession {
  let lease: KeptLease | null = null

  function off(ended: Problem | null): void {
    lease?.stop()
    lease = null
    store.set('session', { kind: 'off', ended })
  }

  const inTurn = createTurns()

  return { logon: () => inTurn(logon), logoff: () => inTurn(logoff) }

  async function logon(): Promise<void> {
    if (store.snapshot().session.kind === 'on') return
    const { ttlMs, heartbeatMs } = engine.domain.lease
    const session = await engine.sessions.login(engine.owner, ttlMs)
    store.set('session', { kind: 'on', session })
    lease = keepLease(() => engine.sessions.renew(session.id), {
      ttlMs,
      heartbeatMs,
      clock: engine.clock,
      refused: (found) => found.code === 'session-ended',
      onLost: off,
    })
  }

  async function logoff(): Promise<void> {
    const view = store.snapshot().session
    if (view.kind === 'off') return
    off(null)
    try {
      await engine.sessions.logout(view.session.id)
    } catch (error) {
      const found = toProblem(error)
      if (found.code !== 'address-service-down') throw error
    }
  }
}
