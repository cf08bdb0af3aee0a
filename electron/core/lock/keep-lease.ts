import { type Problem, ProblemError, toProblem } from '../../../shared/model/problem.ts'
import type { Clock } from '../ports/clock.ts'

/** A lease that is renewed in the background until it is let go or lost. */
export interface KeptLease {
  /** Aborts with a `ProblemError` when the lease is lost: the work under it must end (design §5). */
  readonly lost: AbortSignal
  /** Stops renewing; does not end the lease itself. Idempotent. */
  stop(): void
}

/**
 * Renews every `heartbeatMs`. A renewal that is refused loses the lease at once; one that finds no answer is tried
 * again until the lease must have run out (`ttlMs` since the last success), and then counts as lost.
 */
export function keepLease(
  renew: () => Promise<unknown>,
  options: {
    readonly ttlMs: number
    readonly heartbeatMs: number
    readonly clock: Clock
    readonly refused: (found: Problem) => boolean
    readonly onLost?: (found: Problem) => void
  },
): KeptLease {
  const lost = new AbortController()
  let renewedAt = options.clock.monotonicMs()
  let stopped = false
  let timer = setTimeout(beat, options.heartbeatMs)

  function beat(): void {
    const askedAt = options.clock.monotonicMs()
    renew().then(
      () => {
        renewedAt = askedAt
        again()
      },
      (error: unknown) => {
        const found = toProblem(error)
        if (options.refused(found) || options.clock.monotonicMs() - renewedAt >= options.ttlMs) lose(found)
        else again()
      },
    )
  }

  function again(): void {
    if (!stopped) timer = setTimeout(beat, options.heartbeatMs)
  }

  function lose(found: Problem): void {
    if (stopped) return
    stopped = true
    lost.abort(new ProblemError(found))
    options.onLost?.(found)
  }

  return {
    lost: lost.signal,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
