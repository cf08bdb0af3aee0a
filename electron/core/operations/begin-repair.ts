import type { ChangeRange } from '../../../shared/model/position.ts'
import { fail, type Problem } from '../../../shared/model/problem.ts'
import type { RepairReport } from '../../../shared/model/repair.ts'
import type { RunStarted } from '../../../shared/model/run.ts'
import { type Engine, masterOf, serverOf } from '../engine.ts'
import { newRunId } from '../procedure/run-id.ts'
import { createRunner, type RunListener, type Runner } from '../procedure/runner.ts'
import type { RunBook } from '../procedure/step.ts'
import { repairSteps } from './repair-steps.ts'

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
  if (pending === null) throw fail('repair-not-pending', { host: server.host })
  const runId = newRunId(engine.clock.now())
  const hosts = [...new Set([masterOf(engine.domain).host, server.host])]
  const runLock = engine.runLock.acquire(hosts, engine.owner, runId)
  try {
    const warnings: Problem[] = []
    const book: RunBook = {
      steps: [
        ...repairSteps(engine, [server.host], {
          acceptLoss,
          begun: () => undefined,
          repaired,
          warn: (found) => void warnings.push(found),
        }),
      ],
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
    const started: RunStarted = {
      kind: 'run-started',
      runId,
      runbook: 'repair',
      host: server.host,
      hosts: [...runLock.hosts],
      setId: runId,
      steps: book.steps.map((step) => step.id),
      owner: engine.owner,
      at: engine.clock.now().toISOString(),
    }
    return createRunner(book, started, { journal: engine.runs.create(started), clock: engine.clock, listener })
  } catch (error) {
    runLock.settle()
    throw error
  }
}
