import { resolve } from 'node:path'
import { Command } from 'commander'
import { type Problem, toProblem } from '../../shared/model/problem.ts'
import type { Engine } from '../core/engine.ts'
import type { CommandContext, CommandResult, CommonOptions } from './context.ts'
import { type Both, createOutput, type Output } from './output.ts'

/** What the work of a verb gets. */
export interface Call<Options> {
  readonly context: CommandContext
  readonly output: Output
  readonly options: Options & CommonOptions
  readonly args: readonly string[]
  /** The engine of the domain meant; composed at the first call. */
  engine(): Engine
  /** A path as the caller wrote it, absolute. */
  path(given: string): string
}

/** A verb as data; `shape` adds its arguments and options. */
export interface Verb<Options = object> {
  readonly name: string
  readonly about: Both
  /** Lines shown under the help. */
  readonly examples?: readonly string[]
  shape?(command: Command, pick: (text: Both) => string): void
  work(call: Call<Options>): Promise<CommandResult>
}

/**
 * Turns a verb into a command: common options, JSON result line, problems as exit codes. `ended` receives the exit
 * code; nothing is thrown past this point but a defect of the parser's use.
 */
export function toCommand<Options>(
  verb: Verb<Options>,
  context: CommandContext,
  ended: (code: number) => void,
): Command {
  const pick = (text: Both) => text[context.language]
  const command = new Command(verb.name)
    .description(pick(verb.about))
    .option('--config <file>', pick({ ja: 'ドメインファイル', en: 'domain file' }))
    .option('--json', pick({ ja: 'JSON Lines で出力する', en: 'print JSON Lines' }))
    .option('--yes', pick({ ja: '確認に「はい」と答える', en: 'answer yes to confirmations' }))
  verb.shape?.(command, pick)
  if (verb.examples)
    command.addHelpText('after', `\n${pick({ ja: '例', en: 'Examples' })}:\n  ${verb.examples.join('\n  ')}`)
  command.action(async () => {
    const options = command.opts() as Options & CommonOptions
    const output = createOutput(context, options.json === true)
    let engine: Engine | null = null
    const call: Call<Options> = {
      context,
      output,
      options,
      args: command.args,
      engine() {
        engine ??= context.compose(context.domainFile(options.config))
        return engine
      },
      path: (given) => resolve(context.cwd, given),
    }
    ended(await settle(verb, call))
  })
  return command
}

async function settle<Options>(verb: Verb<Options>, call: Call<Options>): Promise<number> {
  const result = await verb.work(call).catch((error: unknown): CommandResult => {
    const problem = toProblem(error)
    call.output.problem(problem)
    return { exitCode: problem.exitCode, facts: { problem: told(problem, call.context) } }
  })
  if (call.output.json) {
    const line = { kind: 'result', verb: verb.name, exitCode: result.exitCode, ...result.facts }
    call.context.stdout(`${JSON.stringify(line)}\n`)
  }
  return result.exitCode
}

/** A problem as `--json` tells it, in the caller's language. */
export function told(found: Problem, context: CommandContext): Readonly<Record<string, unknown>> {
  const { code, message, remedy, params } = found
  return { code, message: message[context.language], remedy: remedy[context.language], params }
}
