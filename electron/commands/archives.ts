import { serverOf } from '../core/engine.ts'
import { presentArchives } from '../core/journals/present-archives.ts'
import type { Verb } from './verb.ts'

interface ArchivesOptions {
  readonly server?: string
}

export const archivesVerb: Verb<ArchivesOptions> = {
  name: 'archives',
  about: { ja: 'バックアップの目録を一覧表示する', en: 'list the archives on record' },
  examples: ['untenseki archives --server hq-mas'],
  shape: (command, pick) =>
    command.option('--server <host>', pick({ ja: 'ホスト名,又は MASTER', en: 'host name, or MASTER' })),
  async work({ engine, output, options }) {
    const { catalog, domain, medium } = engine()
    const host = options.server === undefined ? null : serverOf(domain, options.server).host
    const entries = catalog.entries().filter((entry) => host === null || entry.host === host)
    const present = await presentArchives(medium, entries)
    const rows = entries.map((entry) => ({
      ...entry,
      changeNumber: entry.position?.number ?? null,
      present: present.has(entry.sequence),
    }))
    output.rows('archive', rows, [
      { key: 'sequence', title: { ja: '番号', en: 'no.' }, right: true },
      { key: 'host', title: { ja: 'ホスト名', en: 'host' } },
      { key: 'at', title: { ja: '取得', en: 'taken' } },
      { key: 'changeNumber', title: { ja: '変更番号', en: 'change' }, right: true },
      { key: 'verifiedAt', title: { ja: '検証', en: 'verified' } },
      { key: 'databaseCheckedAt', title: { ja: 'DB点検', en: 'database' } },
      { key: 'setComplete', title: { ja: '組の完全', en: 'whole set' } },
      { key: 'present', title: { ja: '存在', en: 'present' } },
      { key: 'path', title: { ja: 'アーカイブ', en: 'archive' } },
    ])
    return { exitCode: 0 }
  },
}
