import type { Runbook, RunStarted } from '../../../shared/model/run.ts'
import type { ServerShape } from '../../../shared/model/server-shape.ts'
import type { Engine } from '../engine.ts'
import type { RunLockHandle } from '../ports/run-lock.ts'
import { newRunId } from './run-id.ts'
import { createRunner, type RunListener, type Runner } from './runner.ts'
import type { RunBook } from './step.ts'

/** What a run is, before its first step. */
export interface RunOpening {
  readonly runbook: Runbook
  /** The server that it is about; of a round, the first. */
  readonly host: string
  /** Every server that it holds. */
  readonly hosts: readonly string[]
  /** Where each server's archive goes to or comes from, as far as that is known by now. */
  readonly places: readonly { readonly host: string; readonly to: string }[]
  /** Of a backup: the domain's servers as they are now. */
  readonly servers?: readonly ServerShape[]
}

/**
 * Takes the run lock at every server of the run (before 排他, design §5) and opens its record. `compose` makes its run-book,
 * whose settlement frees the lock; its id sorts after those of all runs on record. Throws without having changed anything: `run-in-progress`, `run-unfinished`,
 * `services-attended` (11), and what `compose` throws.
 */
export function openRun(
  engine: Engine,
  opening: RunOpening,
  listener: RunListener,
  compose: (runId: string, runLock: RunLockHandle) => RunBook,
): Runner {
  const { runId, runLock } = takeLock(engine, opening.hosts)
  try {
    const book = compose(runId, runLock)
    const started: RunStarted = {
      kind: 'run-started',
      runId,
      runbook: opening.runbook,
      host: opening.host,
      hosts: [...opening.hosts],
      setId: runId,
      steps: book.steps.map((step) => step.id),
      owner: engine.owner,
      at: engine.clock.now().toISOString(),
      ...(opening.servers ? { servers: [...opening.servers] } : {}),
    }
    const journal = engine.runs.create(started)
    const runner = createRunner(book, started, { journal, clock: engine.clock, listener })
    for (const { host, to } of opening.places) runner.choosePath(host, to)
    return runner
  } catch (error) {
    runLock.settle()
    throw error
  }
}

/** Every run holds the master's lock, so whoever has it sees every run before it; one that ended while ours was being named asks for another name. */
function takeLock(
  engine: Engine,
  hosts: readonly string[],
): { readonly runId: string; readonly runLock: RunLockHandle } {
  for (;;) {
    const runId = newRunId(engine.clock.now(), newestOf(engine))
    const runLock = engine.runLock.acquire(hosts, engine.owner, runId)
    const newest = newestOf(engine)
    if (newest === null || newest < runId) return { runId, runLock }
    runLock.settle()
  }
}

function newestOf({ runs }: Engine): string | null {
  return runs.list()[0] ?? null
}
