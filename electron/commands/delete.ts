import { type Edit, editLimit } from '../../shared/model/entity.ts'
import { kindOf } from './names-options.ts'
import { wrongValue } from './usage-text.ts'
import type { Verb } from './verb.ts'

interface DeleteOptions {
  readonly id: string
}

export const deleteVerb: Verb<DeleteOptions> = {
  name: 'delete',
  about: { ja: 'ユーザ・組織・グループ・掲示板を削除する', en: 'delete a user, organisation, group or board' },
  examples: ['untenseki delete user --id u00012', 'untenseki delete board --id b0003,b0002'],
  remarks: [
    {
      ja: '確認は求めません。複数のIDは,すべて削除するか,一つも削除しません。ユーザは所属するグループからも除かれます。',
      en: 'It does not ask. Of several ids all are deleted or none. A user leaves the groups, too.',
    },
  ],
  shape: (command, pick) =>
    command
      .argument('<kind>', 'user | organization | group | board')
      .requiredOption(
        '--id <id>',
        pick({ ja: '削除するもののID(コンマ区切り)', en: 'ids of what is deleted, with commas' }),
      ),
  async work({ engine, output, options, args }) {
    const kind = kindOf('delete', args[0])
    const ids = options.id.split(',').filter((id) => id !== '')
    if (ids.length === 0 || ids.length > editLimit) throw wrongValue('delete', '--id', options.id.slice(0, 40))
    const edits = ids.map((id): Edit => ({ action: 'delete', kind, id }))
    const { owner, names } = engine()
    const { effects, position } = await names.edit(edits, owner.operator)
    const deleted = effects.flatMap(({ before, after }) => (before !== null && after === null ? [before] : []))
    for (const { id, name } of deleted) {
      output.line({ ja: `削除しました: ${id} ${name}`, en: `Deleted ${id} ${name}` })
    }
    output.line({ ja: `変更番号 ${position.number}`, en: `Change number ${position.number}` })
    return { exitCode: 0, facts: { deleted, effects, position, changeNumber: position.number } }
  },
}
