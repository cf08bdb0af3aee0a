import { foldRun, type RunState } from '../../../shared/model/run-state.ts'
import type { Engine } from '../engine.ts'

/** The runs on record, newest first, without those whose record cannot be read. */
export function* readableRuns(engine: Pick<Engine, 'runs'>): Generator<RunState> {
  for (const runId of engine.runs.list()) {
    try {
      yield foldRun(engine.runs.read(runId))
    } catch {
      // `runs show` tells what is wrong with it; here only what can be known counts.
    }
  }
}
