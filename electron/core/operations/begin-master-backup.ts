import type { RunStarted } from '../../../shared/model/run.ts'
import { type Engine, masterOf } from '../engine.ts'
import { newRunId } from '../procedure/run-id.ts'
import { createRunner, type RunListener, type Runner } from '../procedure/runner.ts'
import { type ConsoleSide, masterBackup } from './master-backup.ts'
import { checkMedium, checkPrivileges } from './preflight.ts'

/** A run of case (1) that has begun: its run lock is held and its record stands. */
export interface MasterBackupRun {
  readonly runner: Runner
  /** The answer to the nxbackup prompt. Throws (12, 64) when nothing can be written there; then nothing changes. */
  choosePath(path: string): Promise<void>
}

/**
 * Checks what can be known beforehand, takes the run lock (before 排他, design §5) and opens the run's record.
 * Throws without having changed anything: `run-in-progress`, `run-unfinished` (11), `not-permitted` (77),
 * `target-missing` (78), and what speaks against the medium (12, 64) when `to` is given.
 */
export async function beginMasterBackup(
  engine: Engine,
  console: ConsoleSide,
  to: string | null,
  listener: RunListener,
): Promise<MasterBackupRun> {
  const server = masterOf(engine.domain)
  checkPrivileges(engine, server)
  if (to !== null) await checkMedium(engine, server, to)
  const runId = newRunId(engine.clock.now())
  const runLock = engine.runLock.acquire([server.host], engine.owner, runId)
  try {
    const backup = masterBackup(engine, console, runId, runLock)
    const started: RunStarted = {
      kind: 'run-started',
      runId,
      runbook: 'master-backup',
      host: server.host,
      hosts: [server.host],
      setId: runId,
      steps: backup.book.steps.map((step) => step.id),
      owner: engine.owner,
      at: engine.clock.now().toISOString(),
    }
    const journal = engine.runs.create(started)
    const runner = createRunner(backup.book, started, { journal, clock: engine.clock, listener })

    async function choosePath(path: string): Promise<void> {
      await checkMedium(engine, server, path)
      backup.setPath(path)
      runner.choosePath(server.host, path)
    }
    if (to !== null) {
      backup.setPath(to)
      runner.choosePath(server.host, to)
    }
    return { runner, choosePath }
  } catch (error) {
    runLock.settle()
    throw error
  }
}
