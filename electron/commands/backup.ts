import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fail, toProblem } from '../../shared/model/problem.ts'
import type { Progress } from '../../shared/model/progress.ts'
import type { RunState } from '../../shared/model/run-state.ts'
import { type Engine, masterOf, serverOf } from '../core/engine.ts'
import { archiveName } from '../core/operations/archive-name.ts'
import { beginMasterBackup } from '../core/operations/begin-master-backup.ts'
import { unattendedSide } from '../core/operations/console-side.ts'
import { planMasterBackup } from '../core/operations/preflight.ts'
import { confirm } from './ask.ts'
import type { CommandContext, CommandResult } from './context.ts'
import type { Output } from './output.ts'
import { progressLine } from './progress-line.ts'
import { showRun } from './run-table.ts'
import { type Call, told, type Verb } from './verb.ts'

interface BackupOptions {
  readonly server: string
  readonly to: string
  readonly dryRun?: boolean
}

export const backupVerb: Verb<BackupOptions> = {
  name: 'backup',
  about: {
    ja: 'マスタ管理サーバをバックアップする(排他,ジャーナルクリア,停止,コピー,検証,起動)',
    en: 'back up the master: lock, clear journal, stop, copy, verify, start',
  },
  examples: ['untenseki backup --server MASTER --to /backup/ --yes'],
  tellsRefusal: true,
  shape: (command, pick) =>
    command
      .requiredOption('--server <host>', pick({ ja: 'ホスト名,又は MASTER', en: 'host name, or MASTER' }))
      .requiredOption(
        '--to <path>',
        pick({ ja: '新しいアーカイブの名前,又はフォルダ', en: 'name of the new archive, or a folder' }),
      )
      .option('--dry-run', pick({ ja: '何をするかだけを表示する', en: 'only show what would be done' })),
  async work(call) {
    const { engine, options, output, context } = call
    const composed = engine()
    const server = serverOf(composed.domain, options.server)
    if (!server.roles.includes('master')) {
      throw fail('backup-master-only', { host: server.host, master: masterOf(composed.domain).host })
    }
    const to = archivePath(call, composed)
    if (options.dryRun) return dryRun(call, composed, to)
    await confirm(context, options, {
      ja: `${server.name} のサービスを停止して ${to} にバックアップしますか。`,
      en: `Stop the services of ${server.name} and back it up to ${to}?`,
    })
    return runMasterBackup(composed, to, output, context)
  },
}

/** Runs case (1) to its end; the result is the same for `backup` and for the sample run. */
export async function runMasterBackup(
  engine: Engine,
  to: string,
  output: Output,
  context: CommandContext,
): Promise<CommandResult & { readonly state: RunState }> {
  const line = progressLine(context)
  let said = 0
  const { runner } = await beginMasterBackup(engine, unattendedSide(engine), to, {
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
  return { exitCode: ended.exitCode ?? 3, facts: runFacts(ended, context), state: ended }
}

function runFacts(state: RunState, context: CommandContext): Readonly<Record<string, unknown>> {
  const { runId, archives, outageMs, outcome, servicesDown, problem } = state
  const archive = archives[0]
  const warnings = state.warnings.map((each) => told(each, context))
  const why = problem ? { problem: told(problem, context) } : {}
  const common = { runId, outcome, outageMs, servicesDown, warnings, ...why }
  if (!archive) return common
  const { path, bytes, sha256, members, position } = archive
  return {
    ...common,
    archive: { path, bytes, sha256, members },
    changeNumber: position?.number ?? null,
    timeline: position?.timeline ?? null,
  }
}

/** A folder that is there gets a time-stamped archive inside; anything else is the archive's own name. */
function archivePath(call: Call<BackupOptions>, engine: Engine): string {
  const given = call.path(call.options.to)
  const folder = statSync(given, { throwIfNoEntry: false })?.isDirectory() === true
  return folder ? join(given, archiveName(masterOf(engine.domain), engine.clock.now())) : given
}

async function dryRun(call: Call<BackupOptions>, engine: Engine, to: string): Promise<CommandResult> {
  const { targets, problems } = await planMasterBackup(engine, to)
  call.output.rows('target', targets, [
    { key: 'kind', title: { ja: '種類', en: 'kind' } },
    { key: 'path', title: { ja: 'バックアップ対象', en: 'backup target' } },
  ])
  call.output.line({ ja: `媒体: ${to}`, en: `Medium: ${to}` })
  for (const found of problems) call.output.problem(found)
  return {
    exitCode: problems[0]?.exitCode ?? 0,
    facts: { to, problems: problems.map((found) => told(found, call.context)) },
  }
}
