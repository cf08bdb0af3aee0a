import { toProblem } from '../../shared/model/problem.ts'
import type { RunState } from '../../shared/model/run-state.ts'
import type { Engine } from '../core/engine.ts'
import type { RunListener, Runner } from '../core/procedure/runner.ts'
import type { CommandContext } from './context.ts'
import type { Output } from './output.ts'
import { progressLine } from './progress-line.ts'
import { showRun } from './run-table.ts'

/** Drives a run to its end in front of its caller: what it says as it goes, its progress, its steps and how it ended. */
export async function followRun(
  begin: (listener: RunListener) => Runner | Promise<Runner>,
  engine: Engine,
  output: Output,
  context: CommandContext,
): Promise<RunState> {
  const line = progressLine(context)
  let said = 0
  const runner = await begin({
    changed(state) {
      for (const entry of state.log.slice(said)) {
        line.clear()
        output.log(entry)
      }
      said = state.log.length
    },
    progress: (progress) => line.show(progress),
    unrecorded: (event, found) => engine.log({ event: 'run.unrecorded', kind: event.kind, code: found.code }),
  })
  const cancel = () => void runner.cancel(toProblem(context.signal.reason))
  context.signal.addEventListener('abort', cancel, { once: true })
  if (context.signal.aborted) cancel()
  const ended = await runner.all()
  context.signal.removeEventListener('abort', cancel)
  line.clear()
  showRun(ended, output)
  if (ended.problem) output.problem(ended.problem)
  return ended
}
