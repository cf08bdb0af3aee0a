import { fail } from '../../shared/model/problem.ts'
import type { Engine } from '../core/engine.ts'
import { discardFormerData, restoresKept } from '../core/operations/replaced-data.ts'
import { confirm } from './ask.ts'
import type { CommandResult } from './context.ts'
import type { Output } from './output.ts'
import type { Call } from './verb.ts'

/** `restore --list`: restores whose former data is still kept. */
export function listReplaced(engine: Engine, output: Output): CommandResult {
  const rows = restoresKept(engine).map(({ runId, at, hosts, places }) => ({
    runId,
    at,
    hosts: hosts.join(', '),
    folders: [...new Set(places.map(({ work }) => work))],
  }))
  output.rows('restore', rows, [
    { key: 'runId', title: { ja: '実行', en: 'run' } },
    { key: 'at', title: { ja: '日時', en: 'when' } },
    { key: 'hosts', title: { ja: 'ホスト名', en: 'hosts' } },
    { key: 'folders', title: { ja: '元のデータの場所', en: 'where the former data is' } },
  ])
  return { exitCode: 0 }
}

/** `restore --discard-replaced RUN`: asks first, for it cannot be undone. */
export async function discardReplacedOf(call: Call<object>, engine: Engine, runId: string): Promise<CommandResult> {
  const record = restoresKept(engine).find((one) => one.runId === runId)
  if (record === undefined) throw fail('restore-not-discardable', { runId, phase: '-' })
  await confirm(call.context, call.options, {
    ja: `リストア ${runId} の前の ${record.hosts.join(', ')} のデータを破棄しますか。元には戻せません。`,
    en: `Discard the data that ${record.hosts.join(', ')} had before restore ${runId}? It cannot be undone.`,
  })
  await discardFormerData(engine, record)
  call.output.line({ ja: '破棄しました', en: 'Discarded' })
  return { exitCode: 0, facts: { runId } }
}
