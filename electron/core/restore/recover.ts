import { type Problem, problem } from '../../../shared/model/problem.ts'
import type { RunState } from '../../../shared/model/run-state.ts'
import { readRestoreRecord } from '../../formats/restore-record.ts'
import type { Engine } from '../engine.ts'
import { discardStaged, findUnsettledSwap, settleSwap } from './swap.ts'

/**
 * Brings a restore that died wholly to one end before anything of its servers starts (design §7): half exchanged data goes to the end
 * that `direction` says, back meaning to what it was, and what was staged goes with it; data that was wholly exchanged stays, 修復待ち,
 * and where nothing was exchanged yet nothing is. Idempotent. Gives what the operator should know; null for a run that restored
 * nothing. Throws what `settleSwap` throws; nothing can start then.
 */
export async function settleRestore(
  engine: Engine,
  found: RunState,
  direction: 'forward' | 'back',
): Promise<Problem | null> {
  const stateFolder = engine.domain.folders.state
  const { runId } = found
  const record = findUnsettledSwap(stateFolder, found.hosts) ?? readRestoreRecord(stateFolder, runId)
  if (record === null || record.runId !== runId) return null
  const marked = findUnsettledSwap(stateFolder, record.hosts) !== null
  if (record.phase === 'swapped' && !marked) return problem('restore-stands', { runId })
  // A mark beside a record that is only staged: a taking back that did not come to its end, which is what was decided then.
  const forward = direction === 'forward' && record.phase !== 'staging'
  const settled =
    marked || record.phase === 'swapping' ? settleSwap(stateFolder, record, forward ? 'forward' : 'back') : record
  if (settled.phase === 'swapped') return problem('restore-stands', { runId })
  if (settled.phase === 'staging') await discardStaged(stateFolder, settled)
  return problem('restore-taken-back', { runId })
}
