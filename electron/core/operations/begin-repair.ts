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
 * データ修復 as a run: nothing is stopped, but no other run and no start by hand works on these servers meanwhile. Throws without
 * having changed anything: `run-in-progress`, `run-unfinished` (11), `repair-not-pending` (64), `address-service-down`.
 */
export async function beginRepair(
  engine: Engine,
  host: string,
  { acceptLoss, repaired }: RepairRequest,
  listener: RunListener,
): Promise<Runner> {
  const server = serverOf(engine.domain, host)
  const { pending } = await engine.repair.inspect(server.host)
  if (pending === null && !(await isDamaged(engine, server.host)))
    throw fail('repair-not-pending', { host: server.host })
  const hosts = [...new Set([masterOf(engine.domain).host, server.host])]
  return openRun(engine, { runbook: 'repair', host: server.host, hosts }, listener, (_, runLock) => {
    const warnings: Problem[] = []
    return {
      steps: repairSteps(engine, [server.host], {
        acceptLoss,
        begun: () => undefined,
        repaired,
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
