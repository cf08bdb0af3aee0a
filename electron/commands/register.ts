import { entityKindSchema, registrationSchema } from '../../shared/model/entity.ts'
import { fail } from '../../shared/model/problem.ts'
import type { Verb } from './verb.ts'

interface RegisterOptions {
  readonly name: string
  readonly id?: string
  readonly org?: string
  readonly server?: string
}

export const registerVerb: Verb<RegisterOptions> = {
  name: 'register',
  about: { ja: 'ユーザ・組織・グループ・掲示板を登録する', en: 'register a user, organisation, group or board' },
  examples: ['untenseki register user --name "佐藤 花子" --org 1110'],
  shape: (command, pick) =>
    command
      .argument('<kind>', 'user | organization | group | board')
      .requiredOption('--name <name>', pick({ ja: '氏名又は名称', en: 'name' }))
      .option('--id <id>', pick({ ja: 'ID(省略時は自動)', en: 'id (generated without it)' }))
      .option(
        '--org <id>',
        pick({ ja: '組織ID(省略時は最上位組織)', en: 'organisation id (top organisation without it)' }),
      )
      .option('--server <host>', pick({ ja: 'ユーザのメールサーバ', en: "the user's mail server" })),
  async work({ engine, output, options, args, context }) {
    const parsed = registrationSchema.safeParse({
      kind: args[0],
      name: options.name,
      ...(options.id === undefined ? {} : { id: options.id }),
      ...(options.org === undefined ? {} : { organizationId: options.org }),
      ...(options.server === undefined ? {} : { host: options.server }),
    })
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw fail('usage-wrong', { text: `${issue?.path.join('.')}: ${issue?.message}`, verb: 'register' })
    }
    const { owner, names } = engine()
    const { entity, position } = await names.register(parsed.data, owner.operator)
    if (!context.signal.aborted) {
      output.line({
        ja: `登録しました: ${entity.id} ${entity.name}(変更番号 ${position.number})`,
        en: `Registered ${entity.id} ${entity.name} (change number ${position.number})`,
      })
    }
    return { exitCode: 0, facts: { entity, position, changeNumber: position.number } }
  },
}

interface SearchOptions {
  readonly kind: string
  readonly name?: string
  readonly limit: string
}

export const searchVerb: Verb<SearchOptions> = {
  name: 'search',
  about: { ja: '名前データベースを検索する', en: 'search the name database' },
  examples: ['untenseki search --kind user --name 佐藤'],
  shape: (command, pick) =>
    command
      .option('--kind <kind>', 'user | organization | group | board', 'user')
      .option('--name <text>', pick({ ja: '名前又はIDの一部', en: 'any part of the name or id' }))
      .option('--limit <n>', pick({ ja: '最大件数', en: 'most rows' }), '200'),
  async work({ engine, output, options }) {
    const kind = entityKindSchema.safeParse(options.kind)
    const limit = Number(options.limit)
    if (!kind.success) throw fail('usage-wrong', { text: `--kind ${options.kind}`, verb: 'search' })
    if (!Number.isInteger(limit) || limit < 1 || limit > 5000) {
      throw fail('usage-wrong', { text: `--limit ${options.limit}`, verb: 'search' })
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
