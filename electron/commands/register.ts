import { registrationSchema } from '../../shared/model/entity.ts'
import { importFile } from './import-file.ts'
import { checked, type EntityOptions, entityFields, kindOf, shapeEntityOptions } from './names-options.ts'
import { wrongUsage } from './usage-text.ts'
import type { Verb } from './verb.ts'

export interface RegisterOptions extends EntityOptions {
  readonly id?: string
  readonly csv?: string
  readonly encoding?: string
  readonly partial?: boolean
  readonly dryRun?: boolean
}

export const registerVerb: Verb<RegisterOptions> = {
  name: 'register',
  about: { ja: 'ユーザ・組織・グループ・掲示板を登録する', en: 'register a user, organisation, group or board' },
  examples: [
    'untenseki register user --name "佐藤 花子" --org 1110',
    'untenseki register group --name 当番 --members u00001,u00002',
    'untenseki register --csv users.csv --encoding cp932 --dry-run',
  ],
  remarks: [
    {
      ja: [
        'CSVの1行目は見出し: kind,id,name,org,server,parent,members のうち必要なもの(nameは必須)。',
        '種別,ID,名前(氏名,名称),組織ID,サーバ,上位掲示板,メンバ とも書けます。',
        'kind: user(省略時),organization,group,board,又は ユーザ,組織,グループ,掲示板。members: 空白又は「;」で区切ったユーザID。',
        '行は上から順に登録します(先の行の組織に後の行のユーザを所属させられます)。',
        '誤りのある行を行番号ですべて示し(1000行まで),何も登録しません。--partial では誤りのない行だけ登録します。',
      ].join('\n'),
      en: [
        'The first line of a CSV file holds heads, out of kind,id,name,org,server,parent,members; name always.',
        'kind: user (without it), organization, group or board. members: user ids with blanks or ";" between them.',
        'Lines are registered from the top, so that a user may belong to an organisation of an earlier line.',
        'Every wrong line is named with its number (up to 1000) and nothing is registered; with --partial the others are.',
      ].join('\n'),
    },
  ],
  shape: (command, pick) =>
    shapeEntityOptions(command.argument('[kind]', 'user | organization | group | board'), pick)
      .option('--id <id>', pick({ ja: 'ID(省略時は自動)', en: 'id (generated without it)' }))
      .option('--csv <file>', pick({ ja: 'CSVファイルから一括して登録する', en: 'register all lines of a CSV file' }))
      .option(
        '--encoding <name>',
        pick({ ja: 'CSVの文字コード utf-8 | cp932 | euc-jp', en: 'of the CSV: utf-8 | cp932 | euc-jp' }),
      )
      .option(
        '--partial',
        pick({ ja: '誤りのない行だけ登録する', en: 'register the right lines even if others are wrong' }),
      )
      .option('--dry-run', pick({ ja: 'CSVを検査するだけで登録しない', en: 'only check the CSV' })),
  async work(call) {
    const { engine, output, options, args } = call
    if (options.csv !== undefined) return await importFile(call, options.csv)
    if (options.encoding !== undefined || options.partial || options.dryRun) {
      throw wrongUsage('register', { ja: '--csv がありません', en: '--csv is missing' })
    }
    if (options.name === undefined)
      throw wrongUsage('register', { ja: 'オプション「--name」は必須です', en: '--name is missing' })
    const id = options.id === undefined ? {} : { id: options.id }
    const asked = { kind: kindOf('register', args[0]), ...id, ...entityFields(options) }
    const registration = checked('register', registrationSchema, asked)
    const { owner, names } = engine()
    const { entity, position } = await names.register(registration, owner.operator)
    output.line({
      ja: `登録しました: ${entity.id} ${entity.name}(変更番号 ${position.number})`,
      en: `Registered ${entity.id} ${entity.name} (change number ${position.number})`,
    })
    return { exitCode: 0, facts: { entity, position, changeNumber: position.number } }
  },
}
