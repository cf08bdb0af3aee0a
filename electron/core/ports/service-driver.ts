import type { ServiceStatus } from '../../../shared/model/service.ts'

/**
 * Starts, stops and observes one service of one server.
 * Law for every adapter: a state is told with proof, never from memory.
 */
export interface ServiceDriver {
  /** The state now. Never throws for a service that is down or broken: that is a state, with its `problem`. */
  status(): Promise<ServiceStatus>
  /**
   * Starts it and returns once it served a request (a search answered, an SMTP reply given); returns at once if it
   * already serves. Throws a `Problem` when it dies while starting (with what it said last), when the time is over,
   * or when `signal` aborts; then the half-started process is gone. Throws `restore-unsettled` (11), and begins nothing, while the
   * server's data is half exchanged by a restore: no caller is exempt.
   */
  start(signal?: AbortSignal): Promise<ServiceStatus>
  /**
   * Asks it to end and returns once its process is gone (no entry, a zombie, or another start time) and its socket
   * is closed; returns at once if it is down. Throws a `Problem` when it refuses or when the time is over; it may
   * then still run. An abort of `signal` does not undo a stop that was asked for.
   */
  stop(signal?: AbortSignal): Promise<ServiceStatus>
  /**
   * Ends a process that did not stop by request, by a signal; answers whether it is gone within the stop's time. Of a process
   * killed so nothing is promised but what it promises of a crash.
   */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean>
}
