import { message } from '../../../shared/messages/step-title.ts'
import type { DiscardedSegment, JournalSummary, Segment } from '../../../shared/model/journal.ts'
import { sentencesOf } from '../../../shared/model/problem.ts'
import { type Engine, serverOf } from '../../core/engine.ts'
import { type Coverage, coverageOf } from '../../core/journals/coverage.ts'
import { damageProblem } from '../../core/journals/damage-problem.ts'
import { presentArchives } from '../../core/journals/present-archives.ts'
import type { Output } from '../output.ts'
import type { Verb } from '../verb.ts'

const notKept = {
  ja: 'MNG_JOURNALが指定されていないため,マスタ管理サーバのジャーナルを取得していません。マスタ管理サーバのリストアには,全サーバのリストアが必要です。',
  en: 'No MNG_JOURNAL is named, so the master keeps no journal of its own. To restore the master, all servers have to be restored.',
}

interface ListOptions {
  readonly server?: string
}

export const journalList: Verb<ListOptions> = {
  name: 'list',
  about: {
    ja: 'ジャーナルと,クリアにより退避した分(範囲,クリアした日時と人,含むバックアップ,破棄)を一覧表示する',
    en: 'list the journals and what was sealed: its range, when and by whom it was cleared, which archives cover it, what was discarded',
  },
  examples: ['untenseki journal list --server tk-ml1'],
  readsOnly: true,
  shape: (command, pick) => command.option('--server <host>', pick({ ja: 'ホスト名', en: 'host name' })),
  async work({ engine, output, options }) {
    const composed = engine()
    const { journals, domain } = composed
    const only = options.server === undefined ? null : serverOf(domain, options.server).host
    const rows = (await journals.list()).filter((row) => only === null || row.host === only)
    const coverage = await coverageNow(composed, rows)
    const withCoverage = rows.map((row) => ({ ...row, coverage: coverage.filter(({ host }) => host === row.host) }))
    output.rows('journal', output.json ? withCoverage : rows.map(journalRow), [
      { key: 'host', title: { ja: 'ホスト名', en: 'host' } },
      { key: 'records', title: { ja: '件数', en: 'records' }, right: true },
      { key: 'bytes', title: { ja: 'バイト', en: 'bytes' }, right: true },
      { key: 'oldest', title: { ja: '最古', en: 'oldest' } },
      { key: 'newest', title: { ja: '最新', en: 'newest' } },
      { key: 'sealed', title: { ja: '退避', en: 'sealed' }, right: true },
    ])
    if (!output.json) showSegments(rows, coverage, output)
    for (const found of rows.flatMap(({ damage }) => damage).map(damageProblem)) {
      output.log(sentencesOf(found))
    }
    for (const { warning } of rows) {
      if (warning !== null) output.log(warning === 'none' ? notKept : message('backup.shared-filesystem'))
    }
    return { exitCode: 0 }
  },
}

/** By the archives that stand where they were written now; none is asked where nothing is sealed. */
async function coverageNow(engine: Engine, rows: readonly JournalSummary[]): Promise<readonly Coverage[]> {
  if (rows.every(({ segments }) => segments.length === 0)) return []
  const archives = engine.catalog.entries().filter((archive) => rows.some(({ host }) => host === archive.host))
  const line = await engine.names.status()
  return coverageOf(rows, line, archives, await presentArchives(engine.medium, archives))
}

function journalRow(row: JournalSummary) {
  const { host, kept, records, bytes, oldest, newest, segments } = row
  if (!kept) return { host, records: null, bytes: null, oldest: null, newest: null, sealed: null }
  return { host, records, bytes, oldest, newest, sealed: segments.length }
}

function showSegments(rows: readonly JournalSummary[], coverage: readonly Coverage[], output: Output): void {
  const lines = rows.flatMap(({ host, segments, discarded }) => [
    ...discarded.map((segment) => ({
      ...segmentRow(segment),
      covered: segment.coveredBy.join(', '),
      discarded: discardText(segment),
    })),
    ...segments.map((segment) => {
      const covering = coverage.find((one) => one.host === host && one.segment === segment.id)?.archives ?? []
      return { ...segmentRow(segment), covered: covering.join(', ') || null, discarded: null }
    }),
  ])
  if (lines.length === 0) return
  output.line({ ja: '', en: '' })
  output.rows('segment', lines, [
    { key: 'host', title: { ja: 'ホスト名', en: 'host' } },
    { key: 'id', title: { ja: '退避', en: 'sealed' }, right: true },
    { key: 'range', title: { ja: '変更番号', en: 'changes' } },
    { key: 'records', title: { ja: '件数', en: 'records' }, right: true },
    { key: 'clearedAt', title: { ja: 'クリア日時', en: 'cleared' } },
    { key: 'clearedBy', title: { ja: 'クリアした人', en: 'by' } },
    { key: 'discarded', title: { ja: '破棄', en: 'discarded' } },
    { key: 'covered', title: { ja: '含むバックアップ', en: 'covered by' } },
  ])
}

function segmentRow({ host, id, first, last, records, clearedAt, clearedBy }: Segment) {
  const range = first === null || last === null ? null : `${first.number}-${last.number}`
  return { host, id, range, records, clearedAt, clearedBy: clearedBy && `${clearedBy.operator}@${clearedBy.host}` }
}

function discardText({ discardedAt, discardedBy }: DiscardedSegment): string {
  return `${discardedAt} ${discardedBy.operator}@${discardedBy.host}`
}
