import { problem } from '../../../shared/model/problem.ts'
import { stepIdOf } from '../../../shared/model/run.ts'
import type { RunState } from '../../../shared/model/run-state.ts'
import type { RunListener, Runner } from './runner.ts'

/**
 * A listener that gives a run up once services were down for `limitMs` and none is being started yet: its archive is given up
 * and the services come up (exit 2). Counted on this process's own timer, so that no change of the clock moves it.
 */
export function limitDowntime(listener: RunListener, limitMs: number, runner: () => Runner): RunListener {
  let timer: NodeJS.Timeout | null = null
  let over = false

  function watch(state: RunState): void {
    if (
      state.outcome !== null ||
      state.steps.some(({ id, state: now }) => stepIdOf(id) === 'start' && now !== 'waiting')
    ) {
      over = true
      if (timer) clearTimeout(timer)
    } else if (state.stoppedAt !== null && timer === null && !over) {
      const reason = problem('downtime-limit', { seconds: Math.round(limitMs / 1000) })
      timer = setTimeout(() => void runner().giveUp(reason), limitMs)
    }
  }

  return {
    ...listener,
    changed(state) {
      watch(state)
      listener.changed(state)
    },
  }
}
