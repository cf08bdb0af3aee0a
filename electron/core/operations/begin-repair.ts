import { wantsRepair } from '../../../shared/model/directory.ts'
import type { ChangeRange } from '../../../shared/model/position.ts'
import { fail, type Problem } from '../../../shared/model/problem.ts'
import type { RepairReport } from '../../../shared/model/repair.ts'
import { type Engine, masterOf, serverOf } from '../engine.ts'
import { openRun } from '../procedure/open-run.ts'
import type { RunListener, Runner } from '../procedure/runner.ts'
import { repairSteps } from './repair-steps.ts'

/** Whether it is the master, and its journals are damaged, with registrations closed or not. */
async function isDamaged(engine: Engine, host: string): Promise<boolean> {
  return host === masterOf(engine.domain).host && wantsRepair(await engine.names.status())
}

export interface RepairRequest {
  readonly acceptLoss: readonly ChangeRange[]
  /** Told what was done, once it is. */
  repaired(report: RepairReport): void
}

/**
 * データ修復 of these servers as one run: nothing is stopped, but no other run and no start by hand works on these servers meanwhile. Throws without
 * having changed anything: `run-in-progress`, `run-unfinished` (11), `repair-not-pending` (64), `address-service-down`.
 */
export async function beginRepair(
  engine: Engine,
  asked: readonly string[],
  { acceptLoss, repaired: done }: RepairRequest,
  listener: RunListener,
): Promise<Runner> {
  const repaired = asked.map((word) => serverOf(engine.domain, word).host)
  for (const host of repaired) {
    const { pending } = await engine.repair.inspect(host)
    if (pending === null && !(await isDamaged(engine, host))) throw fail('repair-not-pending', { host })
  }
  const hosts = [...new Set([masterOf(engine.domain).host, ...repaired])]
  const opening = { runbook: 'repair', host: repaired[0] ?? '', hosts, places: [] } as const
  return openRun(engine, opening, listener, (_, runLock) => {
    const warnings: Problem[] = []
    return {
      steps: repairSteps(engine, repaired, {
        acceptLoss,
        begun: () => undefined,
        repaired: done,
        warn: (found) => void warnings.push(found),
      }),
      settlement: {
        servicesDown: async () => [],
        outageMs: () => null,
        stoppedAny: () => false,
        archives: () => [],
        warnings: () => warnings,
        async release() {
          runLock.settle()
        },
      },
    }
  })
}
