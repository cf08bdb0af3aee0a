import type { RunEvent } from '../../../shared/model/run.ts'
import { foldRun, foldRunEvent, type RunState } from '../../../shared/model/run-state.ts'
import type { RunJournal, RunStore } from '../ports/run-store.ts'

/**
 * The same store, which says after each event how the run stands then. It says so also where the event could not be
 * made durable (what it announces happened all the same), and before that failure is thrown.
 */
export function watchRuns(store: RunStore, changed: (state: RunState, event: RunEvent) => void): RunStore {
  function watched(journal: RunJournal, before: RunState): RunJournal {
    let state = before
    return {
      append(event) {
        state = foldRunEvent(state, event)
        try {
          journal.append(event)
        } finally {
          changed(state, event)
        }
      },
    }
  }
  return {
    ...store,
    create: (started) => watched(store.create(started), foldRun([started])),
    open: (runId) => watched(store.open(runId), foldRun(store.read(runId))),
  }
}
