import { searchQuerySchema, sortSchema } from '../../shared/model/entity.ts'
import { kindOf } from './names-options.ts'
import { wrongValue } from './usage-text.ts'
import type { Verb } from './verb.ts'

interface SearchOptions {
  readonly kind: string
  readonly name?: string
  readonly org?: string
  readonly sort: string
  readonly descending?: boolean
  readonly offset: string
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
      .option('--org <id>', pick({ ja: '直接所属する組織のID', en: 'only what belongs directly to this organisation' }))
      .option('--sort <key>', 'id | name | organization | host | members', 'id')
      .option('--descending', pick({ ja: '降順', en: 'the last one first' }))
      .option('--offset <n>', pick({ ja: '先頭から飛ばす件数', en: 'rows to pass over' }), '0')
      .option('--limit <n>', pick({ ja: '最大件数', en: 'most rows' }), '200'),
  async work({ engine, output, options }) {
    const kind = kindOf('search', options.kind)
    const by = sortSchema.shape.by.safeParse(options.sort)
    if (!by.success) throw wrongValue('search', '--sort', options.sort)
    const query = searchQuerySchema.safeParse({
      kind,
      sort: { by: by.data, descending: options.descending === true },
      limit: Number(options.limit),
      offset: Number(options.offset),
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.org === undefined ? {} : { organizationId: options.org }),
    })
    if (!query.success) {
      const field = query.error.issues[0]?.path[0] === 'offset' ? 'offset' : 'limit'
      throw wrongValue('search', `--${field}`, options[field])
    }
    const { rows, total } = await engine().names.search(query.data)
    output.rows(kind, rows, [
      { key: 'id', title: { ja: 'ID', en: 'id' } },
      { key: 'name', title: { ja: '名前', en: 'name' } },
      { key: 'organizationId', title: { ja: '組織ID', en: 'organisation' } },
      { key: 'host', title: { ja: 'サーバ', en: 'server' } },
      ...(kind === 'board' ? [{ key: 'parentId', title: { ja: '上位掲示板', en: 'board above' } }] : []),
      ...(kind === 'group' ? [{ key: 'members', title: { ja: 'メンバ', en: 'members' } }] : []),
    ])
    output.line({ ja: `${total} 件中 ${rows.length} 件`, en: `${rows.length} of ${total}` })
    return { exitCode: 0, facts: { total, shown: rows.length } }
  },
}
