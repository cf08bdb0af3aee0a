import { resolve } from 'node:path'
import { CommanderError } from 'commander'
import { exitCodes } from '../../shared/model/exit-code.ts'
import { type Problem, toProblem } from '../../shared/model/problem.ts'
import type { Engine } from '../core/engine.ts'
import type { CommandContext, CommandResult, CommonOptions } from './context.ts'
import { createOutput, type Output } from './output.ts'
import { buildParser } from './parser.ts'
import { parserText, wrongUsage } from './usage-text.ts'
import { type Call, told, type Verb } from './verb.ts'
import { verbs } from './verbs.ts'

/** What a command line asks for, once it was understood. */
interface Wanted {
  readonly verb: Verb
  readonly options: CommonOptions
  readonly args: readonly string[]
}

/** Runs one command line (without the program's own name) and resolves with its exit code; never throws. */
export async function runCommandLine(words: readonly string[], context: CommandContext): Promise<number> {
  let wanted: Wanted | null = null
  const parser = buildParser(verbs, context, (verb, command) => {
    wanted = { verb, options: command.opts(), args: command.args }
  })
  try {
    parser.parse([...words], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done
    return refuseWords(error, words, context)
  }
  return wanted ? work(wanted, context) : exitCodes.done
}

/** Words that are no command line: 64. Where help was already shown instead, nothing more is said to people. */
function refuseWords(error: unknown, words: readonly string[], context: CommandContext): number {
  const output = createOutput(context, words.includes('--json'))
  const verb = words.find((word) => !word.startsWith('-')) ?? ''
  const found = toProblem(error instanceof CommanderError ? wrongUsage(verb, parserText(error)) : error)
  const helped = error instanceof CommanderError && error.code === 'commander.help'
  return end({ exitCode: found.exitCode }, helped && !output.json ? null : found, output, context)
}

/** Does what a verb is for; whatever it throws becomes its exit code and is told. */
async function work({ verb, options, args }: Wanted, context: CommandContext): Promise<number> {
  const output = createOutput(context, options.json === true)
  let engine: Engine | null = null
  const call: Call<object> = {
    context,
    output,
    options,
    args,
    engine() {
      engine ??= context.compose(context.domainFile(options.config))
      return engine
    },
    path: (given) => resolve(context.cwd, given),
  }
  try {
    return end(await verb.work(call), null, output, context, verb.name)
  } catch (error) {
    const found = toProblem(error)
    return end({ exitCode: found.exitCode }, found, output, context, verb.name)
  }
}

/** The last words of a command: a problem for people, the result line for programs. */
function end(
  { exitCode, facts }: CommandResult,
  found: Problem | null,
  output: Output,
  context: CommandContext,
  verb?: string,
): number {
  if (found) output.problem(found)
  if (output.json) {
    const why = found ? { problem: told(found, context) } : {}
    context.stdout(`${JSON.stringify({ kind: 'result', verb, exitCode, ...facts, ...why })}\n`)
  }
  return exitCode
}
