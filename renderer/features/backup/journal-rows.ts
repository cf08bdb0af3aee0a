import type { DiscardedSegment, JournalSummary, Segment } from '../../../shared/model/journal.ts'
import type { ServerStatus } from '../../../shared/model/server.ts'
import type { GridRow } from '../../chrome/grid-rows.ts'
import { ownerName } from '../../text/format.ts'
import type { Text } from '../../text/use-text.ts'

interface JournalList {
  readonly servers: readonly ServerStatus[]
  readonly journals: readonly JournalSummary[]
  /** Archives, by path, that cover a sealed segment. */
  readonly coveredBy: (host: string, segment: number) => readonly string[]
  /** Hosts whose segments are shown. */
  readonly expanded: readonly string[]
  readonly roles: (server: ServerStatus) => string
  readonly text: Text
}

/**
 * The server selector of the バックアップ dialog: a row a server with what its journal holds, and below it each sealed segment:
 * its range, who cleared it, how many archives cover it, when it was discarded. Segments have the key `host#id`.
 */
export function journalRows(list: JournalList): readonly GridRow[] {
  const { t, format } = list.text
  return list.servers.flatMap((server) => {
    const journal = list.journals.find((each) => each.host === server.host)
    const segments = journal?.segments ?? []
    const bare = segments.filter(({ id }) => list.coveredBy(server.host, id).length === 0).length
    const count = format.number(segments.length)
    const open = list.expanded.includes(server.host)
    const any = segments.length > 0 || (journal?.discarded.length ?? 0) > 0
    const row: GridRow = {
      key: server.host,
      text: server.name,
      level: 0,
      expanded: any ? open : null,
      cells: {
        server: { value: server.name },
        kind: { value: list.roles(server) },
        journal: { value: journal?.records ?? -1, show: amount(journal, list.text) },
        ...span(journal, list.text),
        sealed: {
          value: segments.length,
          show: bare > 0 ? t('sealed.bare', { count, bare: format.number(bare) }) : count,
        },
      },
    }
    if (!open) return [row]
    return [row, ...segmentRows(list, server, segments), ...discardedRows(journal?.discarded ?? [], list.text)]
  })
}

function segmentRows(list: JournalList, server: ServerStatus, segments: readonly Segment[]): readonly GridRow[] {
  const { t, format } = list.text
  return [...segments].reverse().map((segment) => {
    const covering = list.coveredBy(server.host, segment.id)
    const told =
      covering.length === 0 ? t('sealed.uncovered') : t('sealed.covered', { count: format.number(covering.length) })
    return segmentRow(segment, told, list.text)
  })
}

function discardedRows(discarded: readonly DiscardedSegment[], text: Text): readonly GridRow[] {
  const { t, format } = text
  return [...discarded]
    .reverse()
    .map((segment) => segmentRow(segment, t('sealed.discarded', { time: format.dateTime(segment.discardedAt) }), text))
}

function segmentRow(segment: Segment, told: string, text: Text): GridRow {
  const { t, format } = text
  const { id, host, clearedAt, clearedBy, first, last } = segment
  const cleared =
    clearedAt === null || clearedBy === null
      ? t('sealed.unknown')
      : `${format.dateTime(clearedAt)} ${ownerName(clearedBy)}`
  const numbers =
    first === null || last === null ? '' : `${format.number(first.number)} - ${format.number(last.number)}`
  return {
    key: `${host}#${id}`,
    text: String(id),
    level: 1,
    expanded: null,
    cells: {
      server: { value: t('sealed.segment', { id }) },
      kind: { value: numbers },
      journal: { value: segment.records, show: amount({ ...segment, kept: true }, text) },
      ...span(segment, text),
      sealed: { value: `${cleared}, ${told}` },
    },
  }
}

function span(
  content: Pick<JournalSummary, 'oldest' | 'newest'> | undefined,
  { t, format }: Text,
): Pick<GridRow['cells'], 'oldest' | 'newest'> {
  const time = (iso: string | null) => (iso === null ? t('dash') : format.dateTime(iso))
  const oldest = content?.oldest ?? null
  const newest = content?.newest ?? null
  return {
    oldest: { value: oldest ?? '', show: time(oldest) },
    newest: { value: newest ?? '', show: time(newest) },
  }
}

function amount(journal: Pick<JournalSummary, 'kept' | 'records' | 'bytes'> | undefined, { t, format }: Text): string {
  if (journal === undefined) return t('unknown')
  if (!journal.kept) return t('journal.not-kept')
  return t('journal.amount', { records: format.number(journal.records), bytes: format.bytes(journal.bytes) })
}
