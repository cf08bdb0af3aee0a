import { exitCodes } from '../../../shared/model/exit-code.ts'
import { fail, type Problem, toProblem } from '../../../shared/model/problem.ts'
import type { RunEvent } from '../../../shared/model/run.ts'
import { emptyRun, foldRun, foldRunEvent, type RunState } from '../../../shared/model/run-state.ts'
import { type Engine, serverOf } from '../engine.ts'
import type { RunLockState } from '../ports/run-lock.ts'
import { startOrder } from '../servers/order.ts'

/** The run whose process died before it was settled, or null. There is at most one a server, because of the run lock. */
export function findUnfinished(engine: Engine): RunState | null {
  for (const server of engine.domain.servers) {
    const held = engine.runLock.inspect(server.host)
    if (!held || held.live) continue
    return recorded(engine, server.host, held)
  }
  return null
}

/** A run that died between its lock and its record (or `nxbackup`, which keeps none) had stopped nothing. */
function recorded(engine: Engine, host: string, { runId, owner, since }: RunLockState): RunState {
  try {
    return foldRun(engine.runs.read(runId))
  } catch (error) {
    if (toProblem(error).code !== 'run-unknown') throw error
    return { ...emptyRun, runId, host, owner, startedAt: since }
  }
}

/**
 * Brings back what a run that died had stopped, removes what it left unfinished on the medium, and settles it
 * (design §7). Idempotent. Throws `no-unfinished-run` when there is none. A service that will not start leaves the run
 * ended as `failed-down`, exit code 3.
 */
export async function rollbackRun(engine: Engine, onService?: (name: string) => void): Promise<RunState> {
  const found = findUnfinished(engine)
  if (!found) throw fail('no-unfinished-run')
  const server = serverOf(engine.domain, found.host)
  const held = engine.runLock.adopt([server.host], engine.owner)
  if (!held) throw fail('no-unfinished-run')
  if (found.outcome) {
    held.settle()
    return found
  }
  const down: string[] = []
  let cause: Problem | null = null
  const wanted = startOrder(server).filter((each) => found.servicesStopped.includes(`${server.host}/${each.id}`))
  for (const service of wanted) {
    onService?.(service.name)
    try {
      await engine.driver(server.host, service.id).start()
    } catch (error) {
      cause ??= toProblem(error)
      down.push(`${server.host}/${service.id}`)
    }
  }
  if (found.to !== null && found.archive === null) await engine.medium.discardUnfinished(found.to)
  const at = engine.clock.now().toISOString()
  const ended: RunEvent = {
    kind: 'run-ended',
    at,
    outcome: down.length > 0 ? 'failed-down' : 'failed-restored',
    exitCode: down.length > 0 ? exitCodes.failedDown : exitCodes.failedRestored,
    problem: cause,
    servicesDown: down,
    outageMs: found.stoppedAt === null ? null : Date.parse(at) - Date.parse(found.stoppedAt),
    archive: null,
  }
  if (found.steps.length > 0) engine.runs.open(found.runId).append(ended)
  held.settle()
  return foldRunEvent(found, ended)
}
