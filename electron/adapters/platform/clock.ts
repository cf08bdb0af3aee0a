import { performance } from 'node:perf_hooks'
import type { Clock } from '../../core/ports/clock.ts'

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
}
