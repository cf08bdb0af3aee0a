import { fail } from '../../../shared/model/problem.ts'
import { readRepairMark, repairMarkPath } from '../../formats/repair-mark.ts'
import { listRestoreRecords, type RestoreRecord } from '../../formats/restore-record.ts'
import { type Engine, serverOf } from '../engine.ts'
import { discardReplaced, keepsReplaced } from '../restore/swap.ts'

/** The restores whose former data is still kept, oldest first. */
export function restoresKept(engine: Engine): readonly RestoreRecord[] {
  return listRestoreRecords(engine.domain.folders.state).filter(keepsReplaced)
}

/**
 * Discards the data that a restore replaced, for good. Throws `run-in-progress`, `run-unfinished` (11), and `repair-first` (11)
 * while a server waits for データ修復: what it may still need could lie there alone.
 */
export async function discardFormerData(engine: Engine, record: RestoreRecord): Promise<void> {
  const attendance = engine.runLock.attend(record.hosts)
  try {
    const waiting = record.hosts.filter(
      (host) => readRepairMark(repairMarkPath(serverOf(engine.domain, host))) !== null,
    )
    if (waiting.length > 0) throw fail('repair-first', { hosts: waiting.join(', ') })
    await discardReplaced(engine.domain.folders.state, record)
  } finally {
    attendance.release()
  }
}
