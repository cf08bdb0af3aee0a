import type { MessageKey } from '../../../shared/messages/ja.ts'
import type { RunView } from '../../../shared/model/console.ts'

/** Why 次へ and すべて実行 are grey; null: they can be pressed. */
export function reasonAgainstNext(run: RunView): MessageKey | null {
  if (run.phase === 'busy') return 'reason.run-going'
  if (run.phase === 'cancelling') return 'run.cancelling'
  return run.phase === 'idle' ? null : 'reason.run-ended'
}

/** Why 中止 is grey. Before anything was done it puts the run away. */
export function reasonAgainstCancel(run: RunView): MessageKey | null {
  if (run.phase === 'cancelling') return 'run.cancelling'
  return run.phase === 'idle' || run.phase === 'busy' ? null : 'reason.run-ended'
}
