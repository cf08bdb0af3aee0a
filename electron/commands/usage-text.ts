import type { CommanderError } from 'commander'
import { fail, type ProblemError } from '../../shared/model/problem.ts'
import type { Both } from './output.ts'

const japanese: Readonly<Record<string, string>> = {
  'commander.help': 'コマンドがありません',
  'commander.unknownCommand': 'コマンド{what}はありません',
  'commander.unknownOption': 'オプション{what}はありません',
  'commander.excessArguments': '引数が多すぎます',
  'commander.missingArgument': '引数{what}がありません',
  'commander.missingMandatoryOptionValue': 'オプション{what}は必須です',
  'commander.optionMissingArgument': 'オプション{what}に値がありません',
}

/** `usage-wrong` (64); `verb` is whose help the operator is sent to. */
export function wrongUsage(verb: string, text: Both): ProblemError {
  return fail('usage-wrong', { text: text.en, textJa: text.ja, verb })
}

/** A value that an option or argument cannot have: 64. */
export function wrongValue(verb: string, name: string, value: string): ProblemError {
  return wrongUsage(verb, { ja: `${name} ${value}`, en: `${name} ${value}` })
}

/** What the parser found wrong, in both languages: it speaks English only. */
export function parserText(error: CommanderError): Both {
  if (error.code === 'commander.help') return { ja: japanese[error.code] ?? '', en: 'no command was given' }
  const en = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
  const what = /'([^']+)'/.exec(en)?.[1] ?? ''
  return { ja: japanese[error.code]?.replace('{what}', `「${what}」`) ?? en, en }
}
