import { foldRun } from '../../../shared/model/run-state.ts'
import type { Verb } from '../verb.ts'

export const runsList: Verb = {
  name: 'list',
  about: { ja: '実行の記録を一覧表示する', en: 'list the runs on record' },
  examples: ['untenseki runs list'],
  readsOnly: true,
  async work({ engine, output }) {
    const composed = engine()
    const rows = composed.runs.list().map((runId) => {
      const { host, startedAt, outcome, outageMs, archives } = foldRun(composed.runs.read(runId))
      return {
        runId,
        host,
        startedAt,
        outcome: outcome ?? 'unfinished',
        outageMs,
        archives: archives.map(({ path }) => path),
      }
    })
    output.rows('run', rows, [
      { key: 'runId', title: { ja: '実行', en: 'run' } },
      { key: 'host', title: { ja: 'ホスト名', en: 'host' } },
      { key: 'startedAt', title: { ja: '開始', en: 'started' } },
      { key: 'outcome', title: { ja: '結果', en: 'outcome' } },
      { key: 'archives', title: { ja: 'アーカイブ', en: 'archive' } },
    ])
    return { exitCode: 0 }
  },
}
