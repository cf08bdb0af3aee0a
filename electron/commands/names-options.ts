import type { Command } from 'commander'
import { type EntityKind, entityKindSchema } from '../../shared/model/entity.ts'
import type { z } from '../../shared/zod.ts'
import type { Both } from './output.ts'
import { wrongUsage, wrongValue } from './usage-text.ts'

/** Options that say what an entity is, the same for `register` and `change`. */
export interface EntityOptions {
  readonly name?: string
  readonly org?: string
  readonly server?: string
  readonly parent?: string
  readonly members?: string
}

export function shapeEntityOptions(command: Command, pick: (text: Both) => string): Command {
  return command
    .option('--name <name>', pick({ ja: '氏名又は名称', en: 'name' }))
    .option('--org <id>', pick({ ja: '所属組織のID', en: 'id of the organisation that it belongs to' }))
    .option('--server <host>', pick({ ja: 'ユーザのメールサーバ', en: "the user's mail server" }))
    .option('--parent <id>', pick({ ja: '上位の掲示板のID', en: 'id of the board above' }))
    .option(
      '--members <ids>',
      pick({ ja: 'グループのユーザID(コンマ区切り)', en: "the group's user ids, with commas" }),
    )
}

/** The fields as the model names them; those that were not given are left out. */
export function entityFields({ name, org, server, parent, members }: EntityOptions): Readonly<Record<string, unknown>> {
  const ids = members?.split(',').filter((id) => id !== '')
  const fields = { name, organizationId: org, host: server, parentId: parent, members: ids }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

export function kindOf(verb: string, given: string | undefined): EntityKind {
  const kind = entityKindSchema.safeParse(given)
  if (kind.success) return kind.data
  throw given === undefined
    ? wrongUsage(verb, { ja: '種別がありません', en: 'no kind was given' })
    : wrongValue(verb, 'kind', given)
}

/** Checks what was put together from options against its shape; throws `usage-wrong` (64) with the first option that is wrong. */
export function checked<Schema extends z.ZodType>(verb: string, schema: Schema, given: unknown): z.output<Schema> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = String(issue?.path[0] ?? '')
  const option = optionOf[field] ?? `--${field}`
  throw wrongUsage(verb, { ja: `${option} の値`, en: `the value of ${option}` })
}

const optionOf: Readonly<Record<string, string>> = { organizationId: '--org', host: '--server', parentId: '--parent' }
