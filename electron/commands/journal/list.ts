import { message } from '../../../shared/messages/step-title.ts'
import type { JournalSummary } from '../../../shared/model/journal.ts'
import { serverOf } from '../../core/engine.ts'
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
  about: { ja: 'ジャーナルの内容を一覧表示する', en: 'list what the journals hold' },
  examples: ['untenseki journal list --server tk-ml1'],
  readsOnly: true,
  shape: (command, pick) => command.option('--server <host>', pick({ ja: 'ホスト名', en: 'host name' })),
  async work({ engine, output, options }) {
    const { journals, domain } = engine()
    const only = options.server === undefined ? null : serverOf(domain, options.server).host
    const rows = (await journals.list()).filter((row) => only === null || row.host === only)
    output.rows('journal', output.json ? rows : rows.map(journalRow), [
      { key: 'host', title: { ja: 'ホスト名', en: 'host' } },
      { key: 'records', title: { ja: '件数', en: 'records' }, right: true },
      { key: 'bytes', title: { ja: 'バイト', en: 'bytes' }, right: true },
      { key: 'oldest', title: { ja: '最古', en: 'oldest' } },
      { key: 'newest', title: { ja: '最新', en: 'newest' } },
      { key: 'sealed', title: { ja: '退避', en: 'sealed' }, right: true },
    ])
    for (const { warning } of rows) {
      if (warning !== null) output.log(warning === 'none' ? notKept : message('backup.shared-filesystem'))
    }
    return { exitCode: 0 }
  },
}

function journalRow(row: JournalSummary) {
  const { host, kept, records, bytes, oldest, newest, segments } = row
  if (!kept) return { host, records: null, bytes: null, oldest: null, newest: null, sealed: null }
  return { host, records, bytes, oldest, newest, sealed: segments.length }
}
