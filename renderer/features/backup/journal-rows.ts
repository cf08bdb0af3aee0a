import type { JournalSummary } from '../../../shared/model/journal.ts'
import type { ServerStatus } from '../../../shared/model/server.ts'
import type { GridRow } from '../../chrome/grid-rows.ts'
import type { Text } from '../../text/use-text.ts'

/** The server selector of the バックアップ dialog: a row a server with what its journal holds. */
export function journalRows(
  servers: readonly ServerStatus[],
  journals: readonly JournalSummary[],
  roles: (server: ServerStatus) => string,
  { t, format }: Text,
): readonly GridRow[] {
  const time = (iso: string | null) => (iso === null ? t('dash') : format.dateTime(iso))
  return servers.map((server) => {
    const journal = journals.find((each) => each.host === server.host)
    return {
      key: server.host,
      text: server.name,
      level: 0,
      expanded: null,
      cells: {
        server: { value: server.name },
        kind: { value: roles(server) },
        journal: { value: journal?.records ?? -1, show: amount(journal, { t, format }) },
        oldest: { value: journal?.oldest ?? '', show: time(journal?.oldest ?? null) },
        newest: { value: journal?.newest ?? '', show: time(journal?.newest ?? null) },
        sealed: { value: journal?.segments.length ?? 0, show: format.number(journal?.segments.length ?? 0) },
      },
    }
  })
}

function amount(journal: JournalSummary | undefined, { t, format }: Pick<Text, 't' | 'format'>): string {
  if (journal === undefined) return t('unknown')
  if (!journal.kept) return t('journal.not-kept')
  return t('journal.amount', { records: format.number(journal.records), bytes: format.bytes(journal.bytes) })
}
