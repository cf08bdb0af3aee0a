import { exitCodes } from '../../../shared/model/exit-code.ts'
import { type Problem, ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import type { Progress } from '../../../shared/model/progress.ts'
import type { RunEvent, RunStarted } from '../../../shared/model/run.ts'
import { emptyRun, foldRunEvent, type RunState } from '../../../shared/model/run-state.ts'
import type { Clock } from '../ports/clock.ts'
import type { RunJournal } from '../ports/run-store.ts'
import { outcomeOf } from './outcome.ts'
import type { Note, RunBook, Step, StepContext } from './step.ts'

/** Said in the record where a cancel leaves out the rest of a run that has done what it was for. */
const cancelledLate: Note = {
  ja: '中止の指示は主な手順が終わった後に届いたため,残りの手順だけを省略しました',
  en: 'the cancel came when the main work was done: only the steps that were left are left out',
}

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
  /** As `cancel`, but for a reason of the run's own: it ends as failed, not as cancelled. */
  giveUp(reason: Problem): Promise<void>
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
  let givenUp = false
  const spared: Problem[] = []
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

  async function settle(why: Problem | null): Promise<void> {
    unwinding = true
    const cause = why ?? spared[0] ?? null
    if (why) for (const step of touched.reverse()) await undo(step)
    const servicesDown = await book.settlement.servicesDown()
    const warnings = [...book.settlement.warnings()]
    const facts = {
      cause,
      cancelled: cancelled !== null && !givenUp && why !== null,
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

  /** Does one step; gives why the run cannot go on after it, or null. */
  async function work(step: Step): Promise<Problem | null> {
    // The cancel came while the step was being checked: it never began.
    if (cancelled) return cancelled
    try {
      if (step.spare) await step.check?.()
      record({ kind: 'step-started', stepId: step.id, at: at() })
      touched.push(step)
      const receipt = await step.run(context(step, false))
      record({ kind: 'step-done', stepId: step.id, at: at(), receipt })
      return null
    } catch (error) {
      if (cancelled !== null && step.afterwards) return leaveOut(step, toProblem(error))
      const cause = cancelled ?? toProblem(error)
      const spares = cancelled === null && !unwinding && step.spare !== undefined
      if (!spares) unwinding = true
      record({ kind: 'step-failed', stepId: step.id, at: at(), problem: cause })
      if (!spares) return cause
      step.spare?.(cause)
      spared.push(cause)
      return null
    }
  }

  /**
   * A cancel that ends a step of this kind came after the run had done what it was for: nothing is taken back. But no cancel makes an
   * archive bad: that is said.
   */
  function leaveOut(step: Step, found: Problem): null {
    if (found.exitCode === exitCodes.badArchive) {
      record({ kind: 'step-failed', stepId: step.id, at: at(), problem: found })
      spared.push(found)
    } else record({ kind: 'step-left-out', stepId: step.id, at: at() })
    return null
  }

  /** The steps from here on that are done at the same time. */
  function group(): readonly Step[] {
    const rest = book.steps.slice(position)
    const end = rest.findIndex((step, index) => index > 0 && !step.beside)
    return end < 0 ? rest : rest.slice(0, end)
  }

  async function advance(refusalEnds: boolean): Promise<void> {
    if (ending) return ending
    if (working) throw new ProblemError(problem('run-busy'))
    const steps = group()
    if (steps.length === 0 || state.outcome) return
    working = (async () => {
      const needed = steps.filter((step) => step.needless?.() !== true)
      try {
        for (const step of needed) if (!step.spare) await step.check?.()
      } catch (error) {
        if (!refusalEnds) throw error
        await settle(toProblem(error))
        return
      }
      for (const step of steps) {
        if (!needed.includes(step)) record({ kind: 'step-left-out', stepId: step.id, at: at() })
      }
      const causes = await Promise.all(needed.map(work))
      const cause = causes.find((each) => each !== null) ?? null
      if (cause === null) position += steps.length
      const over = book.steps[position] === undefined
      if (cause !== null) await settle(cause)
      else if (cancelled && !book.steps.slice(position).every(({ afterwards }) => afterwards)) await settle(cancelled)
      else if (over || cancelled) {
        if (cancelled) record({ kind: 'note', at: at(), text: cancelledLate })
        for (const { id } of book.steps.slice(position)) record({ kind: 'step-left-out', stepId: id, at: at() })
        await settle(null)
      }
    })()
    try {
      await working
    } finally {
      working = null
    }
  }

  async function end(reason: Problem): Promise<void> {
    cancelled = reason
    unwinding = true
    abort.abort(new ProblemError(reason))
    ending = (async () => {
      await working?.catch(() => undefined)
      if (!state.outcome) await settle(reason)
    })()
    await ending
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
      unwinding = true
      record({ kind: 'cancel-requested', at: at() })
      await end(reason)
    },
    async giveUp(reason) {
      if (ending) return ending
      if (state.outcome) return
      givenUp = true
      await end(reason)
    },
  }
}
