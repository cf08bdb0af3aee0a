import { toProblem } from '../../shared/model/problem.ts'
import type { Progress } from '../../shared/model/progress.ts'
import type { RunState } from '../../shared/model/run-state.ts'
import type { Engine } from '../core/engine.ts'
import { beginRun } from '../core/operations/backup/begin-run.ts'
import type { BackupRequest } from '../core/operations/backup/request.ts'
import { unattendedSide } from '../core/operations/console-side.ts'
import type { CommandContext, CommandResult } from './context.ts'
import type { Output } from './output.ts'
import { progressLine } from './progress-line.ts'
import { showRun } from './run-table.ts'
import { told } from './verb.ts'

/** Runs a backup to its end; the result is the same for `backup` and for the sample run. */
export async function runBackup(
  engine: Engine,
  request: BackupRequest,
  output: Output,
  context: CommandContext,
): Promise<CommandResult & { readonly state: RunState }> {
  const line = progressLine(context)
  let said = 0
  const { runner } = await beginRun(engine, request, unattendedSide(engine), {
    changed(state) {
      for (const entry of state.log.slice(said)) {
        line.clear()
        output.log(entry)
      }
      said = state.log.length
    },
    progress: (progress: Progress) => line.show(progress),
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
  return { exitCode: ended.exitCode ?? 3, facts: runFacts(ended, request, context), state: ended }
}

/** One server's archive as `archive`; a round's as `archives`, a row a server. */
function runFacts(
  state: RunState,
  { hosts }: BackupRequest,
  context: CommandContext,
): Readonly<Record<string, unknown>> {
  const { runId, setId, outageMs, outcome, servicesDown, problem } = state
  const warnings = state.warnings.map((each) => told(each, context))
  const why = problem ? { problem: told(problem, context) } : {}
  const common = { runId, setId, outcome, outageMs, servicesDown, warnings, ...why }
  const archives = state.archives.map(({ host, path, bytes, sha256, members, position }) => ({
    host,
    archive: { path, bytes, sha256, members },
    changeNumber: position?.number ?? null,
    timeline: position?.timeline ?? null,
  }))
  if (hosts.length > 1) return { ...common, archives }
  const [only] = archives
  if (!only) return common
  const { host: _, ...facts } = only
  return { ...common, ...facts }
}
