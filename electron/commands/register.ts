import { registrationSchema } from '../../shared/model/entity.ts'
import { wrongUsage } from './usage-text.ts'
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
  async work({ engine, output, options, args }) {
    const parsed = registrationSchema.safeParse({
      kind: args[0],
      name: options.name,
      ...(options.id === undefined ? {} : { id: options.id }),
      ...(options.org === undefined ? {} : { organizationId: options.org }),
      ...(options.server === undefined ? {} : { host: options.server }),
    })
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const text = `${issue?.path.join('.')}: ${issue?.message}`
      throw wrongUsage('register', { ja: text, en: text })
    }
    const { owner, names } = engine()
    const { entity, position } = await names.register(parsed.data, owner.operator)
    output.line({
      ja: `登録しました: ${entity.id} ${entity.name}(変更番号 ${position.number})`,
      en: `Registered ${entity.id} ${entity.name} (change number ${position.number})`,
    })
    return { exitCode: 0, facts: { entity, position, changeNumber: position.number } }
  },
}
