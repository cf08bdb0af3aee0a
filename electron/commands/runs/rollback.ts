import type { RunState } from '../../../shared/model/run-state.ts'
import type { Engine } from '../../core/engine.ts'
import { findUnfinished, rollbackRun } from '../../core/operations/rollback.ts'
import { confirm } from '../ask.ts'
import type { Output } from '../output.ts'
import { showRun } from '../run-table.ts'
import type { Verb } from '../verb.ts'
import { noUnfinished } from './no-unfinished.ts'

export const runsRollback: Verb = {
  name: 'rollback',
  about: {
    ja: '終わっていない実行が停止したサービスを起動し,実行を終わらせる',
    en: 'start what an unfinished run had stopped, and settle it',
  },
  examples: ['untenseki runs rollback --yes'],
  async work({ engine, output, options, context }) {
    const composed = engine()
    const found = findUnfinished(composed)
    if (!found) return noUnfinished(output)
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

/** Rolls the unfinished run back, saying each service as it starts. */
export function settleUnfinished(engine: Engine, output: Output): Promise<RunState> {
  return rollbackRun(engine, (name) => output.log({ ja: `${name} を起動しています`, en: `starting ${name}` }))
}
