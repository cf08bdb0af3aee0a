import { foldRun } from '../../../shared/model/run-state.ts'
import { findUnfinished } from '../../core/operations/rollback.ts'
import { showRun } from '../run-table.ts'
import type { Verb } from '../verb.ts'
import { noUnfinished } from './no-unfinished.ts'

export const runsShow: Verb = {
  name: 'show',
  about: {
    ja: '実行の記録を表示する(省略時は終わっていない実行)',
    en: 'show a run (without an id: the unfinished one)',
  },
  examples: ['untenseki runs show', 'untenseki runs show 20261122T020000Z-1a2b3c'],
  readsOnly: true,
  shape: (command) => command.argument('[run]'),
  async work({ engine, output, args }) {
    const composed = engine()
    const state = args[0] === undefined ? findUnfinished(composed) : foldRun(composed.runs.read(args[0]))
    if (!state) return noUnfinished(output)
    showRun(state, output)
    return { exitCode: 0, facts: { run: state } }
  },
}
