import { Command } from 'commander'
import { exitTable } from '../../shared/model/exit-code.ts'
import { type CommandContext, logLevels } from './context.ts'
import type { Both } from './output.ts'
import type { Verb, VerbGroup } from './verb.ts'

/** Called with the verb that a command line names, and the parsed command with its options and arguments. */
type Choose = (verb: Verb, command: Command) => void

/** commander's own words in Japanese; in English they stay as they are. */
const headings: Readonly<Record<string, string>> = {
  'Usage:': '使い方:',
  'Arguments:': '引数:',
  'Options:': 'オプション:',
  'Commands:': 'コマンド:',
}

const helpFlags = '-h, --help'
const helpText: Both = { ja: '使い方を表示する', en: 'show this help' }
const verbsOfCommands = new WeakMap<Command, Verb>()

/** The verb behind a command of the grammar; none for the program and for a group. */
export function verbOf(command: Command): Verb | undefined {
  return verbsOfCommands.get(command)
}

/**
 * The grammar of all verbs. Its `parse` throws `CommanderError`: with exit code 0 after help or version were shown on
 * standard output, with any other for words that it doesn't know.
 */
export function buildParser(verbs: readonly (Verb | VerbGroup)[], context: CommandContext, choose: Choose): Command {
  const pick = (text: Both) => text[context.language]
  const program = new Command('untenseki').description(
    pick({
      ja: '名前データベースとメールのドメインを,登録を失わずにバックアップする運転席',
      en: "operator's console that backs up a name database and mail domain without losing a registration",
    }),
  )
  program.helpOption(helpFlags, pick(helpText))
  program.version(context.version, '-V, --version', pick({ ja: '版を表示する', en: 'show the version' }))
  for (const each of verbs) {
    if ('verbs' in each) program.addCommand(groupCommand(each, pick, choose))
    else program.addCommand(verbCommand(each, pick, choose), { hidden: each.hidden === true })
  }
  const codes = exitTable().map((row) => `  ${String(row.code).padStart(3)}  ${pick(row)}`)
  program.addHelpText('after', `\n${pick({ ja: '終了コード', en: 'Exit codes' })}:\n${codes.join('\n')}`)
  settle(program, context, pick)
  return program
}

function groupCommand(group: VerbGroup, pick: (text: Both) => string, choose: Choose): Command {
  const command = new Command(group.name).description(pick(group.about)).helpOption(helpFlags, pick(helpText))
  for (const verb of group.verbs) command.addCommand(verbCommand(verb, pick, choose))
  return command
}

function verbCommand(verb: Verb, pick: (text: Both) => string, choose: Choose): Command {
  const command = new Command(verb.name).description(pick(verb.about))
  verb.shape?.(command, pick)
  command
    .option('--config <file>', pick({ ja: 'ドメインファイル', en: 'domain file' }))
    .option('--json', pick({ ja: 'JSON Lines で出力する', en: 'print JSON Lines' }))
    .option('--yes', pick({ ja: '確認に「はい」と答える', en: 'answer yes to confirmations' }))
    .option(
      '--timeout <seconds>',
      pick({ ja: '全体の制限時間(秒)。過ぎると中止する', en: 'cancel the whole command after so many seconds' }),
    )
    .option(
      '--log-level <level>',
      `${pick({ ja: '標準エラーに出すログ', en: 'what of the log goes to standard error' })}: ${logLevels.join(' | ')}`,
    )
  for (const remark of verb.remarks ?? []) command.addHelpText('after', `\n${pick(remark)}`)
  command.addHelpText('after', `\n${pick({ ja: '例', en: 'Examples' })}:\n  ${verb.examples.join('\n  ')}`)
  command.helpOption(verb.helpFlags ?? helpFlags, pick(helpText))
  verbsOfCommands.set(command, verb)
  return command.action(() => choose(verb, command))
}

/** For the program and all below it: errors are thrown and told by the caller alone; help speaks the caller's language. */
function settle(command: Command, context: CommandContext, pick: (text: Both) => string): void {
  command
    .exitOverride()
    .configureOutput({ writeOut: context.stdout, writeErr: context.stderr, outputError: () => undefined })
    .configureHelp({ styleTitle: (title) => (context.language === 'ja' ? (headings[title] ?? title) : title) })
  if (command.commands.length > 0) {
    command.helpCommand('help [command]', pick({ ja: 'コマンドの使い方を表示する', en: 'show the help of a command' }))
  }
  for (const child of command.commands) settle(child, context, pick)
}
