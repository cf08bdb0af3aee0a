import { fail } from '../../../shared/model/problem.ts'
import type { RestorePlan } from '../../../shared/model/restore.ts'
import { type Engine, masterOf } from '../engine.ts'
import { openRun } from '../procedure/open-run.ts'
import type { RunListener, Runner } from '../procedure/runner.ts'
import { type RestoreRequest, serversToStop } from '../restore/plan.ts'
import { type RestoreBook, restoreBook } from '../restore/run-book.ts'
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
  let plan: RestoreBook['plan'] = () => null
  // The master is held although it goes on: nobody may clear its journals or restore it meanwhile.
  const held = [...new Set([masterOf(engine.domain).host, ...halted])]
  const places = [...request.archives].map(([host, to]) => ({ host, to }))
  const opening = { runbook: 'restore', host: hosts[0] ?? '', hosts: held, places } as const
  const runner = openRun(engine, opening, listener, (runId, runLock) => {
    const unsettled = findUnsettledSwap(engine.domain.folders.state, halted)
    if (unsettled)
      throw fail('restore-unsettled', { host: unsettled.hosts.join(', '), runId: unsettled.runId, since: unsettled.at })
    const made = restoreBook(engine, endConsole, request, runId, runLock)
    plan = made.plan
    return made.book
  })
  return { runner, plan }
}
