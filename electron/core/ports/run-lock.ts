import type { Owner } from '../../../shared/model/owner.ts'

/** The record that stands while a run is going on at a server, or was left unfinished there. */
export interface RunLockState {
  readonly runId: string
  readonly owner: Owner
  /** Whether a process holds it now, by proof of the operating system. A run that is not live died unfinished. */
  readonly live: boolean
  /** ISO 8601, UTC: when the run began. */
  readonly since: string
}

export interface RunLockHandle {
  readonly runId: string
  /** In the order in which they were taken. */
  readonly hosts: readonly string[]
  /** The run is settled: removes the records durably and frees the servers. Idempotent. */
  settle(): void
  /** Frees the lock but leaves the records: the run counts as unfinished until someone adopts it. Idempotent. */
  abandon(): void
}

/** Services of some servers are being started or stopped by hand; no run begins there meanwhile. */
export interface Attendance {
  /** Idempotent. */
  release(): void
}

/**
 * One run a target server, whatever service is up (ARCHITECTURE, "Two locks"). Two things stand for it: a lock of the
 * operating system that ends with its process, however that ends, and a durable record that does not. Synchronous:
 * every call does a few small file operations.
 */
export interface RunLock {
  /**
   * Takes the lock at every host or at none. Throws, naming the holder, `run-in-progress` (11) while a live run
   * holds one of them, `run-unfinished` (11) while the record of a dead one stands, `services-attended` (11) while
   * services there are being started or stopped by hand; `state-folder-failed`.
   */
  acquire(hosts: readonly string[], owner: Owner, runId: string): RunLockHandle
  /**
   * Takes over the unfinished run at these hosts, keeping its identity and its beginning; hosts without a record are
   * left out. Null when there is none. Throws `run-in-progress` while it is live, `run-unfinished` for a second one.
   */
  adopt(hosts: readonly string[], owner: Owner): RunLockHandle | null
  inspect(host: string): RunLockState | null
  /**
   * For every path that starts or stops services outside a run: throws `run-in-progress` and `run-unfinished` as
   * `acquire` does, else keeps runs away from these servers until it is released or its process ends. Any number may
   * attend the same server.
   */
  attend(hosts: readonly string[]): Attendance
  /** Throws what `attend` would throw, and takes nothing. */
  assertFree(hosts: readonly string[]): void
}
