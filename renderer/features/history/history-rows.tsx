import type { HistoryFilter, HistoryRow } from '../../../shared/model/history.ts'
import type { RunOutcome } from '../../../shared/model/run.ts'
import type { GridRow } from '../../chrome/grid-rows.ts'
import { type Mark, StateMark } from '../../chrome/state-mark.tsx'
import { ownerName } from '../../text/format.ts'
import type { Text } from '../../text/use-text.ts'

const marks: Readonly<Record<RunOutcome, Mark>> = {
  done: 'done',
  warnings: 'partial',
  'failed-restored': 'failed',
  'failed-down': 'failed',
  cancelled: 'partial',
  refused: 'failed',
}

/** The word for how a run ended, or that it did not. */
export function outcomeWord(outcome: NonNullable<HistoryFilter['outcome']>, t: Text['t']): string {
  return outcome === 'unfinished' ? t('history.unfinished') : t(`outcome.${outcome}`)
}

/** The rows of the 履歴, newest first as they came. */
export function historyRows(
  rows: readonly HistoryRow[],
  nameOf: (host: string) => string,
  { t, format }: Text,
): readonly GridRow[] {
  return rows.map((row) => {
    const word = row.runbook === null ? t('history.unreadable') : outcomeWord(row.outcome ?? 'unfinished', t)
    const mark = row.outcome === null ? 'failed' : marks[row.outcome]
    const archives = row.archives.map((path) => path.slice(path.lastIndexOf('/') + 1)).join(', ')
    return {
      key: row.runId,
      text: row.hosts.map(nameOf).join(', '),
      level: 0,
      expanded: null,
      cells: {
        started: {
          value: row.startedAt ?? row.runId,
          show: row.startedAt === null ? row.runId : format.dateTime(row.startedAt),
        },
        server: { value: row.hosts.map(nameOf).join(', ') },
        runbook: { value: row.runbook === null ? t('dash') : t(`runbook.${row.runbook}`) },
        owner: { value: row.owner === null ? t('dash') : ownerName(row.owner) },
        outcome: { value: word, show: <StateMark mark={mark} word={word} /> },
        outage: {
          value: row.outageMs ?? -1,
          show: row.outageMs === null ? t('dash') : format.duration(row.outageMs),
        },
        archive: { value: archives },
      },
    }
  })
}
