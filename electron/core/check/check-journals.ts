import type { Finding } from '../../../shared/model/check.ts'
import type { DirectoryStatus } from '../../../shared/model/directory.ts'
import type { JournalSummary } from '../../../shared/model/journal.ts'
import { damageProblem } from '../journals/damage-problem.ts'
import type { GoodBackup } from './backup-due.ts'

/** Journals that were cleared for a backup which then did not come to be: nothing covers their records (manual 15.2.3: データ修復). */
export function checkJournals({ journals }: DirectoryStatus, good: ReadonlyMap<string, GoodBackup>): Finding[] {
  return [...journals.flatMap(damageFindings), ...uncovered(journals, good)]
}

/** Files beside the records that are damaged, or were and are still kept. */
function damageFindings({ damage }: JournalSummary): Finding[] {
  return damage.map(damageProblem).map(({ message: { ja, en }, remedy }) => ({
    id: 'journal-damaged',
    severity: 'warning',
    text: { ja: `${ja}。${remedy.ja}`, en: `${en}. ${remedy.en}` },
    measures: [],
  }))
}

function uncovered(journals: readonly JournalSummary[], good: ReadonlyMap<string, GoodBackup>): Finding[] {
  return journals.flatMap(({ host, segments }): Finding[] => {
    const covered = good.get(host)?.archive.position ?? null
    const open = segments.filter(({ last }) => {
      if (last === null) return false
      if (covered === null) return true
      return last.timeline === covered.timeline && last.number > covered.number
    })
    const records = open.reduce((sum, segment) => sum + segment.records, 0)
    const measures = [{ label: `uncovered_${host}`, value: records, unit: '', warn: 0, crit: null }] as const
    const text = {
      ja: `${host}: クリア済みでバックアップに含まれない記録 ${records} 件`,
      en: `${host}: ${records} cleared records that no backup covers`,
    }
    return [{ id: 'journal-uncovered', severity: records > 0 ? 'warning' : 'ok', text, measures }]
  })
}
