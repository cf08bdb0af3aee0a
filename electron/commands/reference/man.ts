import type { Command, Option } from 'commander'
import { exitTable } from '../../../shared/model/exit-code.ts'
import type { Language } from '../../../shared/model/language.ts'
import type { Both } from '../output.ts'
import { verbOf } from '../parser.ts'
import type { Verb } from '../verb.ts'
import { type Entry, entriesOf, optionsOf } from './grammar.ts'

export const manVerb: Verb = {
  name: 'man',
  about: { ja: 'マニュアルページ(roff)を出力する', en: 'print the manual page (roff)' },
  examples: ['untenseki man | man -l -'],
  readsOnly: true,
  async work({ context, grammar }) {
    const { language, version, stdout } = context
    stdout(manualPage(grammar(language), language, version))
    return { exitCode: 0 }
  },
}

const sections = {
  name: { ja: '名前', en: 'NAME' },
  synopsis: { ja: '書式', en: 'SYNOPSIS' },
  description: { ja: '説明', en: 'DESCRIPTION' },
  common: { ja: '共通のオプション', en: 'COMMON OPTIONS' },
  commands: { ja: 'コマンド', en: 'COMMANDS' },
  exit: { ja: '終了コード', en: 'EXIT STATUS' },
  environment: { ja: '環境変数', en: 'ENVIRONMENT' },
  files: { ja: 'ファイル', en: 'FILES' },
} as const satisfies Record<string, Both>

const description: Both = {
  ja: '結果は標準出力に,ログは標準エラーに出力します。相対パスは呼び出し元のフォルダから数えます。--json では JSON Lines を出力し,最後の行が結果です。',
  en: "Results go to standard output, the log to standard error. Relative paths count from the caller's folder. With --json it prints JSON Lines, the last of which is the result.",
}

const exitNote: Both = {
  ja: '10~13,64,77,78 では何も停止していません(コピー後の検証で見つかった 13 を除く)。',
  en: '10 to 13, 64, 77 and 78 mean that nothing was stopped, except 13 after a copy that turned out bad.',
}

const environment: readonly (readonly [string, Both])[] = [
  [
    'UNTENSEKI_CONFIG',
    { ja: '--config がないときのドメインファイル', en: 'the domain file where --config is not given' },
  ],
  [
    'UNTENSEKI_LANG',
    { ja: '言語(ja 又は en)。なければ LC_ALL,LC_MESSAGES,LANG', en: 'ja or en; else LC_ALL, LC_MESSAGES, LANG' },
  ],
]

const files: readonly (readonly [string, Both])[] = [
  ['/etc/untenseki/domain.yaml', { ja: 'サイトのドメインファイル', en: "the site's domain file" }],
  ['$XDG_DATA_HOME/untenseki/sample', { ja: 'サンプルドメイン', en: 'the sample domain' }],
]

const commonLong = ['--config', '--json', '--yes', '--timeout', '--log-level', '--help']

/** The manual page of section 1 in one language, from the same verbs that the help shows. */
function manualPage(program: Command, language: Language, version: string): string {
  const pick = (text: Both) => text[language]
  const entries = entriesOf(program)
  const verbs = entries.filter(({ command }) => verbOf(command) !== undefined)
  const section = (name: keyof typeof sections) => `.SH "${pick(sections[name])}"`
  const [first] = verbs
  const common = first ? optionsOf(first.command).filter((option) => commonLong.includes(option.long ?? '')) : []
  return `${[
    `.TH UNTENSEKI 1 "" "untenseki ${version}" "Untenseki"`,
    section('name'),
    `untenseki \\- ${roff(program.description())}`,
    section('synopsis'),
    '.B untenseki',
    '.I verb',
    `[${roff('options')}]`,
    section('description'),
    line(pick(description)),
    section('commands'),
    ...verbs.flatMap((entry) => verbText(entry, pick)),
    section('common'),
    ...common.flatMap(optionText),
    section('exit'),
    ...exitTable().flatMap((row) => tagged(`.B ${row.code}`, pick(row))),
    '.PP',
    line(pick(exitNote)),
    section('environment'),
    ...environment.flatMap(([name, text]) => tagged(`.B ${roff(name)}`, pick(text))),
    section('files'),
    ...files.flatMap(([name, text]) => tagged(`.I ${roff(name)}`, pick(text))),
  ].join('\n')}\n`
}

function verbText({ words, command }: Entry, pick: (text: Both) => string): readonly string[] {
  const verb = verbOf(command)
  const options = optionsOf(command).filter((option) => !commonLong.includes(option.long ?? ''))
  const places = command.registeredArguments.map((argument) => `<${argument.name()}>`)
  return [
    `.SS "${roff([...words, ...places].join(' '))}"`,
    line(command.description()),
    ...options.flatMap(optionText),
    ...(verb?.remarks ?? []).flatMap((remark) => ['.PP', line(pick(remark))]),
    '.PP',
    '.nf',
    '.RS 4',
    ...(verb?.examples ?? []).map((example) => `$ ${roff(example)}`),
    '.RE',
    '.fi',
  ]
}

function optionText(option: Option): readonly string[] {
  return tagged(`.B ${roff(option.flags)}`, option.description)
}

function tagged(tag: string, text: string): readonly string[] {
  return ['.TP', tag, line(text)]
}

/** A line of text that roff takes for no request. */
function line(text: string): string {
  const escaped = roff(text)
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped
}

function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('"', '\\(dq').replaceAll('\n', ' ')
}
