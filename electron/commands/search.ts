import { entityKindSchema } from '../../shared/model/entity.ts'
import { wrongValue } from './usage-text.ts'
import type { Verb } from './verb.ts'

interface SearchOptions {
  readonly kind: string
  readonly name?: string
  readonly limit: string
}

export const searchVerb: Verb<SearchOptions> = {
  name: 'search',
  about: { ja: '名前データベースを検索する', en: 'search the name database' },
  examples: ['untenseki search --kind user --name 佐藤'],
  readsOnly: true,
  shape: (command, pick) =>
    command
      .option('--kind <kind>', 'user | organization | group | board', 'user')
      .option('--name <text>', pick({ ja: '名前又はIDの一部', en: 'any part of the name or id' }))
      .option('--limit <n>', pick({ ja: '最大件数', en: 'most rows' }), '200'),
  async work({ engine, output, options }) {
    const kind = entityKindSchema.safeParse(options.kind)
    const limit = Number(options.limit)
    if (!kind.success) throw wrongValue('search', '--kind', options.kind)
    if (!Number.isInteger(limit) || limit < 1 || limit > 5000) {
      throw wrongValue('search', '--limit', options.limit)
    }
    const named = options.name === undefined ? {} : { name: options.name }
    const { rows, total } = await engine().names.search({ kind: kind.data, limit, ...named })
    output.rows(kind.data, rows, [
      { key: 'id', title: { ja: 'ID', en: 'id' } },
      { key: 'name', title: { ja: '名前', en: 'name' } },
      { key: 'organizationId', title: { ja: '組織ID', en: 'organisation' } },
      { key: 'host', title: { ja: 'サーバ', en: 'server' } },
    ])
    output.line({ ja: `${total} 件中 ${rows.length} 件`, en: `${rows.length} of ${total}` })
    return { exitCode: 0, facts: { total, shown: rows.length } }
  },
}
