import type { RunEvent, RunStarted } from '../../../shared/model/run.ts'

/** Where the events of one run go. */
export interface RunJournal {
  /** Returns once the event is durable. Throws `state-folder-failed`; whether the event stands is then unknown. */
  append(event: RunEvent): void
}

/**
 * The records of runs: append-only, one a run, never changed afterwards. After a crash at any moment a record holds
 * every event whose `append` returned, and perhaps one more.
 */
export interface RunStore {
  /** Starts a run's record with its first event; record and name are durable. Never overwrites: throws `state-folder-failed`. */
  create(started: RunStarted): RunJournal
  /** To go on with a run that was not settled, once its lock is ours. Throws `run-unknown`, `run-record-corrupt`. */
  open(runId: string): RunJournal
  /** The events so far, the first one a `run-started`. Throws `run-unknown` (64), `run-record-corrupt`. */
  read(runId: string): readonly RunEvent[]
  /** The runs on record, newest first. */
  list(): readonly string[]
}
