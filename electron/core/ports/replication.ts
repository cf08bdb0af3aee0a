import type { Replica } from '../../../shared/model/directory.ts'
import type { NewerChoice, ReconcileProgress, ReconcileReport } from '../../../shared/model/reconcile.ts'

/** Replication of the domain, as the servers themselves report it (design §4). */
export interface Replication {
  /**
   * Asks the master and each of these servers (without `hosts`: every server but the master) by itself. `complete` only when
   * the server's own position is the master's and it is neither 修復待ち nor diverged: an empty queue proves nothing. A server
   * that cannot be asked is `unreachable`, never an exception; so is every server while the master cannot be asked. The
   * master itself is complete unless it is 修復待ち. Throws `server-unknown`.
   */
  states(hosts?: readonly string[]): Promise<readonly Replica[]>
  /**
   * Asks again until all are complete, the time is over or `signal` aborts; gives the last states, complete or not.
   * `onChange` is told each state that differs from the one before.
   */
  waitComplete(hosts: readonly string[] | undefined, options: WaitOptions): Promise<readonly Replica[]>
  /**
   * 整合性確保: sends what waits, compares the contents by digest a part of the tree at a time, mends only what differs. Goes on at
   * the master when the caller dies; asked again it begins anew and finds less to mend. An abort of `signal` ends it
   * between two parts (130). A server with records that the master lacks is left alone (`outcome: 'newer'`) unless
   * `newer` says what to do with them. Throws `maintenance-in-progress` (11) while another reconcile or repair goes on,
   * `address-service-down`, `repair-pending`.
   */
  reconcile(host: string, options?: ReconcileOptions): Promise<ReconcileReport>
}

export type WaitOptions = {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  readonly onChange?: (states: readonly Replica[]) => void
}

export type ReconcileOptions = {
  /** `refuse` without it. */
  readonly newer?: NewerChoice
  /** Registers what is brought back, by name; the engine's operator without it. */
  readonly operator?: string
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ReconcileProgress) => void
}
