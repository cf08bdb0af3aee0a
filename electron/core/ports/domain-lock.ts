import type { HeldLock, LockState, Session } from '../../../shared/model/lease.ts'
import type { Owner } from '../../../shared/model/owner.ts'

/** 排他 at the master's address service (design §5). Durable across that service's restart. */
export interface DomainLock {
  status(): Promise<LockState>
  /** Throws `lock-held` (11) with the holder's name when someone else holds it. */
  /**
   * With `noConsole` it also throws `console-open` (11) while a console is logged on, in the same request. While a command
   * holds it no console can log on (`console-kept-out`).
   */
  acquire(owner: Owner, leaseMs: number, options?: { readonly noConsole?: boolean }): Promise<HeldLock>
  /** Throws `lock-lost` when the token is no longer the one in force. */
  renew(token: number): Promise<HeldLock>
  /** Idempotent for a token that is no longer in force. */
  release(token: number): Promise<void>
  /**
   * Ends a live lock that is someone else's; the address service writes into its log who did so to whom, and the holder's next
   * request is told `lock-lost`. False when this token is no longer in force.
   */
  breakOff(token: number, by: Owner): Promise<boolean>
}

/** Console sessions at the master's address service. A session whose lease is not renewed ends by itself. */
export interface ConsoleSessions {
  list(): Promise<readonly Session[]>
  login(owner: Owner, leaseMs: number): Promise<Session>
  /** Throws `session-ended` when it is no longer live. */
  renew(id: string): Promise<void>
  /** Idempotent. */
  logout(id: string): Promise<void>
}
