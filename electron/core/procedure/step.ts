import type { ArchiveSummary } from '../../../shared/model/archive.ts'
import type { Problem } from '../../../shared/model/problem.ts'
import type { Progress } from '../../../shared/model/progress.ts'
import type { Receipt, StepName } from '../../../shared/model/run.ts'

/** A text for the run's log, in both languages. */
export type Note = { readonly ja: string; readonly en: string }

/** What a step may use while it runs. */
export interface StepContext {
  /** Aborts on cancel; never for a step that is past its point of no return (`cancellable: false`). */
  readonly signal: AbortSignal
  note(note: Note): void
  /** Durable when it returns: call it before a service is asked to stop, so that a recovery knows what to bring back. */
  stopping(host: string, serviceId: string): void
  /** A service that was stopped serves again, proven. */
  started(host: string, serviceId: string): void
  progress(progress: Progress): void
}

/** One step of a run-book: data and the functions that do, undo and pre-check it (design §7). */
export interface Step {
  readonly id: StepName
  readonly cancellable: boolean
  /** The run has done what it was for when only such steps are left: a cancel that comes that late leaves them out. */
  readonly afterwards?: boolean
  /** Done at the same time as the step before it. */
  readonly beside?: boolean
  /** Whether there is nothing left for it to do (its server failed before): asked when it is its turn. */
  needless?(): boolean
  /**
   * Of a round over several servers: takes the failure of this server's step, and the run goes on with the others. It ends as
   * failed all the same, but nothing of theirs is undone. Without it a failure ends the run.
   */
  spare?(found: Problem): void
  /** Throws a `Problem` when the step could not begin; nothing has been done then and the run goes on waiting. */
  check?(): Promise<void>
  run(context: StepContext): Promise<Receipt>
  /** Takes back what `run` did, wholly or in part; also called for a step that failed midway. Idempotent. */
  undo?(context: StepContext): Promise<unknown>
  /** Whether there is anything to take back now; without it, always. A step with nothing to take back keeps its state. */
  undoable?(): boolean
}

/** What a finished run says about its result, asked by the runner once nothing runs any more. */
export interface Settlement {
  /** Services of the run that are not up, proven now: `host/service`. */
  servicesDown(): Promise<readonly string[]>
  /** From the first stop until all were up again; null when nothing was stopped. */
  outageMs(): number | null
  /** Whether a service was asked to stop: before that a failure is a refusal with its own code. */
  stoppedAny(): boolean
  /** The archives that stand under their final names, verified. */
  archives(): readonly ArchiveSummary[]
  /** Warnings that turn `done` into `warnings`. */
  warnings(): readonly Problem[]
  /** Called once at the end, whatever the outcome. What it throws is told, and changes nothing of what the run did. */
  release(): Promise<void>
}

export interface RunBook {
  readonly steps: readonly Step[]
  readonly settlement: Settlement
}
