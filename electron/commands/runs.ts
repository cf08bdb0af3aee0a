import { Command } from 'commander'
import { foldRun, type RunState } from '../../shared/model/run-state.ts'
import type { Engine } from '../core/engine.ts'
import { findUnfinished, rollbackRun } from '../core/operations/rollback.ts'
import { confirm } from './ask.ts'
import type { CommandContext, CommandResult } from './context.ts'
import { showRun } from './run-table.ts'
import { toCommand, type Verb } from './verb.ts'

const list: Verb = {
  name: 'list',
  about: { ja: '実行の記録を一覧表示する', en: 'list the runs on record' },
  async work({ engine, output }) {
    const composed = engine()
    const rows = composed.runs.list().map((runId) => {
      const { host, startedAt, outcome, outageMs, archive } = foldRun(composed.runs.read(runId))
      return { runId, host, startedAt, outcome: outcome ?? 'unfinished', outageMs, archive: archive?.path ?? null }
    })
    output.rows('run', rows, [
      { key: 'runId', title: { ja: '実行', en: 'run' } },
      { key: 'host', title: { ja: 'ホスト名', en: 'host' } },
      { key: 'startedAt', title: { ja: '開始', en: 'started' } },
      { key: 'outcome', title: { ja: '結果', en: 'outcome' } },
      { key: 'archive', title: { ja: 'アーカイブ', en: 'archive' } },
    ])
    return { exitCode: 0 }
  },
}

const show: Verb = {
  name: 'show',
  about: {
    ja: '実行の記録を表示する(省略時は終わっていない実行)',
    en: 'show a run (without an id: the unfinished one)',
  },
  shape: (command) => command.argument('[run]'),
  async work({ engine, output, args }) {
    const composed = engine()
    const state = args[0] === undefined ? findUnfinished(composed) : foldRun(composed.runs.read(args[0]))
    if (!state) return none(output)
    showRun(state, output)
    return { exitCode: 0, facts: { run: state } }
  },
}

const rollback: Verb = {
  name: 'rollback',
  about: {
    ja: '終わっていない実行が停止したサービスを起動し,実行を終わらせる',
    en: 'start what an unfinished run had stopped, and settle it',
  },
  async work({ engine, output, options, context }) {
    const composed = engine()
    const found = findUnfinished(composed)
    if (!found) return none(output)
    await confirm(context, options, {
      ja: `実行 ${found.runId} が停止したサービスを起動しますか。`,
      en: `Start the services that run ${found.runId} had stopped?`,
    })
    const state = await settleUnfinished(composed, output)
    showRun(state, output)
    return {
      exitCode: state.servicesDown.length > 0 ? 3 : 0,
      facts: { runId: state.runId, servicesDown: state.servicesDown },
    }
  },
}

type Say = Parameters<Verb['work']>[0]['output']

/** Rolls the unfinished run back, saying each service as it starts. */
export function settleUnfinished(engine: Engine, output: Say): Promise<RunState> {
  return rollbackRun(engine, (name) => output.log({ ja: `${name} を起動しています`, en: `starting ${name}` }))
}

function none(output: Say): CommandResult {
  output.line({ ja: '終わっていない実行はありません', en: 'There is no unfinished run' })
  return { exitCode: 0, facts: { run: null } }
}

/** `untenseki runs list|show|rollback`. */
export function runsCommand(context: CommandContext, ended: (code: number) => void): Command {
  const command = new Command('runs').description({ ja: '実行の記録', en: 'records of runs' }[context.language])
  for (const verb of [list, show, rollback]) command.addCommand(toCommand(verb, context, ended))
  return command
}
