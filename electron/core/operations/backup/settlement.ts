import type { Settlement } from '../../procedure/step.ts'
import type { BackupWork } from './work.ts'

/** How a backup tells its result. */
export function settlementOf({ members, stopped, lock, runLock, warnings, engine }: BackupWork): Settlement {
  return {
    async servicesDown() {
      return (await Promise.all(stopped.map((one) => one.servicesDown()))).flat()
    },
    outageMs() {
      const first = stopped.flatMap((one) => one.stoppedAt() ?? [])
      if (first.length === 0) return null
      const last = stopped.flatMap((one) => one.servedAgainAt() ?? [])
      const until = last.length === 0 ? engine.clock.monotonicMs() : Math.max(...last)
      return Math.round(until - Math.min(...first))
    },
    stoppedAny: () => stopped.some((one) => one.stoppedAt() !== null),
    archives: () => members.flatMap(({ verified, archive }) => (verified && archive ? [archive] : [])),
    warnings: () => warnings,
    async release() {
      // 排他 runs out by itself where the address service cannot be told; the servers are freed in any case.
      try {
        await lock.release()
      } finally {
        runLock.settle()
      }
    },
  }
}
