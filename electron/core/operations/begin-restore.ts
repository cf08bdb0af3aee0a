import { fail } from '../../../shared/model/problem.ts'
import type { RestorePlan } from '../../../shared/model/restore.ts'
import type { RunStarted } from '../../../shared/model/run.ts'
import { type Engine, masterOf } from '../engine.ts'
import { newRunId } from '../procedure/run-id.ts'
import { createRunner, type RunListener, type Runner } from '../procedure/runner.ts'
import { type RestoreRequest, serversToStop } from '../restore/plan.ts'
import { restoreBook } from '../restore/run-book.ts'
import { findUnsettledSwap } from '../restore/swap.ts'

/** A restore that has begun: its run lock is held and its record stands. */
export interface RestoreRun {
  readonly runner: Runner
  /** Null until the archives were checked. */
  plan(): RestorePlan | null
}

/**
 * Takes the run lock of every server that will be stopped and opens the run's record; `endConsole` makes sure that no console is on
 * before anything stops. Throws without having changed anything: `run-in-progress`, `run-unfinished`, `restore-unsettled` (11).
 */
export function beginRestore(
  engine: Engine,
  endConsole: () => Promise<void>,
  request: RestoreRequest,
  listener: RunListener,
): RestoreRun {
  const hosts = [...request.archives.keys()]
  const halted = serversToStop(engine, hosts).map(({ host }) => host)
  const runId = newRunId(engine.clock.now())
  // The master is held although it goes on: nobody may clear its journals or restore it meanwhile.
  const runLock = engine.runLock.acquire([masterOf(engine.domain).host, ...halted], engine.owner, runId)
  try {
    const unsettled = findUnsettledSwap(engine.domain.folders.state, halted)
    if (unsettled)
      throw fail('restore-unsettled', { host: unsettled.hosts.join(', '), runId: unsettled.runId, since: unsettled.at })
    const { book, plan } = restoreBook(engine, endConsole, request, runId, runLock)
    const started: RunStarted = {
      kind: 'run-started',
      runId,
      runbook: 'restore',
      host: hosts[0] ?? '',
      hosts: [...runLock.hosts],
      setId: runId,
      steps: book.steps.map((step) => step.id),
      owner: engine.owner,
      at: engine.clock.now().toISOString(),
    }
    const runner = createRunner(book, started, { journal: engine.runs.create(started), clock: engine.clock, listener })
    for (const [host, path] of request.archives) runner.choosePath(host, path)
    return { runner, plan }
  } catch (error) {
    runLock.settle()
    throw error
  }
}
