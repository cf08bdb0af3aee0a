import { changeRequestSchema } from '../../shared/model/entity.ts'
import { checked, type EntityOptions, entityFields, kindOf, shapeEntityOptions } from './names-options.ts'
import { wrongUsage } from './usage-text.ts'
import type { Verb } from './verb.ts'

interface ChangeOptions extends EntityOptions {
  readonly id: string
  readonly top?: boolean
}

export const changeVerb: Verb<ChangeOptions> = {
  name: 'change',
  about: { ja: 'ユーザ・組織・グループ・掲示板を修正する', en: 'change a user, organisation, group or board' },
  examples: [
    'untenseki change user --id u00012 --name "鈴木 花子" --org 1120',
    'untenseki change organization --id 1130 --org 1200',
    'untenseki change board --id b0002 --top',
  ],
  shape: (command, pick) =>
    shapeEntityOptions(
      command
        .argument('<kind>', 'user | organization | group | board')
        .requiredOption('--id <id>', pick({ ja: '修正するもののID', en: 'of what is changed' })),
      pick,
    ).option('--top', pick({ ja: '最上位の組織又は掲示板にする', en: 'make it a top organisation or top board' })),
  async work({ engine, output, options, args }) {
    const kind = kindOf('change', args[0])
    if (options.top && kind !== 'organization' && kind !== 'board') {
      throw wrongUsage('change', { ja: `${kind} に --top は指定できません`, en: `a ${kind} knows no --top` })
    }
    const top = options.top ? { [kind === 'board' ? 'parentId' : 'organizationId']: null } : {}
    const asked = { kind, id: options.id, ...entityFields(options), ...top }
    const request = checked('change', changeRequestSchema, asked)
    const { owner, names } = engine()
    const { effects, position } = await names.edit([{ action: 'change', ...request }], owner.operator)
    const [effect] = effects
    if (effect === undefined) {
      output.line({ ja: `変わりはありません: ${options.id}`, en: `Nothing to change: ${options.id}` })
    } else {
      const name = effect.after?.name ?? ''
      output.line({
        ja: `修正しました: ${options.id} ${name}(変更番号 ${position.number})`,
        en: `Changed ${options.id} ${name} (change number ${position.number})`,
      })
    }
    const facts = { before: effect?.before ?? null, entity: effect?.after ?? null }
    return { exitCode: 0, facts: { ...facts, position, changeNumber: position.number } }
  },
}
