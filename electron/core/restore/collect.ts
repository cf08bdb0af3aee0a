import { join } from 'node:path'
import type { Place } from '../../../shared/model/position.ts'
import { toProblem } from '../../../shared/model/problem.ts'
import type { RepairLead } from '../../../shared/model/repair.ts'
import { makeFolderDurable } from '../../formats/durable-file.ts'
import { hostFileName } from '../../formats/layout.ts'
import { readPublicInfo } from '../../formats/public-info.ts'
import { restoreRunFolder } from '../../formats/restore-record.ts'
import { type Engine, masterOf } from '../engine.ts'

/** What a repair of the restored data will have to go by, by the servers' hosts. */
export interface Collected {
  readonly records: number
  readonly leads: ReadonlyMap<string, RepairLead>
}

/**
 * Before anything is replaced: what journals, replicas and the data in force hold that is newer than the archives, copied into the restore's own folder,
 * and the journal folder in force, because the restored settings may name another one (design §6).
 */
export async function collectRecords(
  engine: Engine,
  from: ReadonlyMap<string, Place>,
  runId: string,
): Promise<Collected> {
  const folder = restoreRunFolder(engine.domain.folders.state, runId)
  makeFolderDurable(folder)
  const leads = new Map<string, RepairLead>()
  let records = 0
  for (const [host, place] of from) {
    const into = join(folder, `collected-${hostFileName(host)}.journal`)
    const found = await engine.repair.collect(place, into)
    records += found.sources.reduce((sum, source) => sum + source.records, 0)
    leads.set(host, { sources: [into, ...journalInForce(engine, host)], timelines: [...found.timelines] })
  }
  return { records, leads }
}

/** None where the master's settings are lost with its disk. */
function journalInForce(engine: Engine, host: string): readonly string[] {
  const master = masterOf(engine.domain)
  if (host !== master.host) return []
  try {
    const { mngJournal } = readPublicInfo(master)
    return mngJournal === null ? [] : [mngJournal]
  } catch (error) {
    if (toProblem(error).code !== 'settings-file-unreadable') throw error
    return []
  }
}
