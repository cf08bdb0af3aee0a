import { exitCodes } from '../../../shared/model/exit-code.ts'
import { type Problem, ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import type { Progress } from '../../../shared/model/progress.ts'
import type { RunEvent, RunStarted } from '../../../shared/model/run.ts'
import { emptyRun, foldRunEvent, type RunState } from '../../../shared/model/run-state.ts'
import type { Clock } from '../ports/clock.ts'
import type { RunJournal } from '../ports/run-store.ts'
import { outcomeOf } from './outcome.ts'
import type { Note, RunBook, Step, StepContext } from './step.ts'

type RunEnded = Extract<RunEvent, { readonly kind: 'run-ended' }>

/** What listeners hear: every event once it is durable, and progress, which is never stored. */
export interface RunListener {
  changed(state: RunState): void
  progress(progress: Progress): void
  /**
   * An event that could not be made durable while the run was being unwound, or an end after which the run's lock could
   * not be freed; it counts all the same.
   */
  unrecorded(event: RunEvent, found: Problem): void
}

export interface Runner {
  state(): RunState
  busy(): boolean
  /** The step that 次へ would do, or null once all are done. */
  upcoming(): Step | null
  /**
   * Does one step. A `check` that refuses throws its `Problem`, and the run waits as before. A step that fails ends
   * the run: what was done is undone in reverse. Resolves when the step, or the undoing, is over.
   */
  next(): Promise<void>
  /** Does all that is left; resolves with the ended run. Here a `check` that refuses ends the run like a failed step. */
  all(): Promise<RunState>
  /** Records where a server's archive goes. */
  choosePath(host: string, to: string): void
  /** Ends the run as soon as its step lets it, and undoes; resolves when it is settled. No effect on an ended run. */
  cancel(reason?: Problem): Promise<void>
}

/**
 * Drives a run-book. Each event is fsynced into the run's journal before what it announces begins, and the state is a
 * pure fold of them, so that a crash at any moment leaves a record of the last step that may have begun (design §7).
 */
export function createRunner(
  book: RunBook,
  started: RunStarted,
  deps: { readonly journal: RunJournal; readonly clock: Clock; readonly listener: RunListener },
): Runner {
  let state = foldRunEvent(emptyRun, started)
  let position = 0
  let working: Promise<void> | null = null
  let cancelled: Problem | null = null
  let unwinding = false
  let ending: Promise<void> | null = null
  const abort = new AbortController()
  const touched: Step[] = []
  const at = () => deps.clock.now().toISOString()

  /** While unwinding, services come first: a record that cannot be written (a full disk, say) must not stop that. */
  function record(event: RunEvent): void {
    keep(event)
    show(event)
  }

  function keep(event: RunEvent): void {
    try {
      deps.journal.append(event)
    } catch (error) {
      if (!unwinding) throw error
      deps.listener.unrecorded(event, toProblem(error))
    }
  }

  function show(event: RunEvent): void {
    state = foldRunEvent(state, event)
    deps.listener.changed(state)
  }

  function context(step: Step, undoing: boolean): StepContext {
    const signal = step.cancellable && !undoing ? abort.signal : new AbortController().signal
    return {
      signal,
      note: (note: Note) => record({ kind: 'note', at: at(), text: note }),
      stopping: (host, serviceId) => record({ kind: 'service-stopping', at: at(), host, serviceId }),
      started: (host, serviceId) => record({ kind: 'service-started', at: at(), host, serviceId }),
      progress: (progress) => deps.listener.progress(progress),
    }
  }

  async function undo(step: Step): Promise<void> {
    if (!step.undo || step.undoable?.() === false) return
    record({ kind: 'undo-started', stepId: step.id, at: at() })
    try {
      await step.undo(context(step, true))
      record({ kind: 'undo-done', stepId: step.id, at: at() })
    } catch (error) {
      record({ kind: 'undo-failed', stepId: step.id, at: at(), problem: toProblem(error) })
    }
  }

  async function settle(cause: Problem | null): Promise<void> {
    unwinding = true
    if (cause) for (const step of touched.reverse()) await undo(step)
    const servicesDown = await book.settlement.servicesDown()
    const warnings = [...book.settlement.warnings()]
    const facts = {
      cause,
      cancelled: cancelled !== null,
      stoppedAny: book.settlement.stoppedAny(),
      servicesDown,
      warnings: warnings.length,
    }
    const { outcome, exitCode } = outcomeOf(facts)
    const ended: RunEnded = {
      kind: 'run-ended',
      at: at(),
      outcome,
      exitCode,
      problem: cause,
      servicesDown: [...servicesDown],
      outageMs: book.settlement.outageMs(),
      archives: [...book.settlement.archives()],
      warnings,
    }
    keep(ended)
    show(await release(ended))
  }

  /** A run is over even where its lock could not be freed: that one stands as unfinished, and a run done is done with a warning. */
  async function release(ended: RunEnded): Promise<RunEnded> {
    try {
      await book.settlement.release()
      return ended
    } catch (error) {
      const found = toProblem(error)
      deps.listener.unrecorded(ended, found)
      if (ended.outcome !== 'done') return ended
      return {
        ...ended,
        outcome: 'warnings',
        exitCode: exitCodes.warnings,
        problem: found,
        warnings: [...ended.warnings, found],
      }
    }
  }

  async function work(step: Step): Promise<void> {
    // The cancel came while the step was being checked: it never began, and the cancel settles.
    if (cancelled) return
    try {
      record({ kind: 'step-started', stepId: step.id, at: at() })
      touched.push(step)
      const receipt = await step.run(context(step, false))
      record({ kind: 'step-done', stepId: step.id, at: at(), receipt })
      position += 1
    } catch (error) {
      const cause = cancelled ?? toProblem(error)
      unwinding = true
      record({ kind: 'step-failed', stepId: step.id, at: at(), problem: cause })
      await settle(cause)
      return
    }
    if (cancelled && book.steps[position] !== undefined) await settle(cancelled)
    else if (book.steps[position] === undefined) await settle(null)
  }

  async function advance(refusalEnds: boolean): Promise<void> {
    if (ending) return ending
    if (working) throw new ProblemError(problem('run-busy'))
    const step = book.steps[position]
    if (!step || state.outcome) return
    working = (async () => {
      try {
        await step.check?.()
      } catch (error) {
        if (!refusalEnds) throw error
        await settle(toProblem(error))
        return
      }
      await work(step)
    })()
    try {
      await working
    } finally {
      working = null
    }
  }

  return {
    state: () => state,
    busy: () => working !== null,
    upcoming: () => (state.outcome ? null : (book.steps[position] ?? null)),
    next: () => advance(false),
    async all() {
      while (!state.outcome) await advance(true)
      return state
    },
    choosePath: (host, to) => record({ kind: 'path-chosen', at: at(), host, to }),
    async cancel(reason = problem('cancelled')) {
      if (ending) return ending
      if (state.outcome) return
      cancelled = reason
      unwinding = true
      record({ kind: 'cancel-requested', at: at() })
      abort.abort(new ProblemError(reason))
      ending = (async () => {
        await working?.catch(() => undefined)
        if (!state.outcome) await settle(reason)
      })()
      await ending
    },
  }
}
