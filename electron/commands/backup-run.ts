import type { RunState } from '../../shared/model/run-state.ts'
import type { Engine } from '../core/engine.ts'
import { beginRun } from '../core/operations/backup/begin-run.ts'
import type { BackupRequest } from '../core/operations/backup/request.ts'
import { unattendedSide } from '../core/operations/console-side.ts'
import type { CommandContext, CommandResult } from './context.ts'
import { followRun } from './follow-run.ts'
import type { Output } from './output.ts'
import { told } from './verb.ts'

/** Runs a backup to its end; the result is the same for `backup` and for the sample run. */
export async function runBackup(
  engine: Engine,
  request: BackupRequest,
  output: Output,
  context: CommandContext,
): Promise<CommandResult & { readonly state: RunState }> {
  const ended = await followRun(
    async (listener) => (await beginRun(engine, request, unattendedSide(engine), listener)).runner,
    engine,
    output,
    context,
  )
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
