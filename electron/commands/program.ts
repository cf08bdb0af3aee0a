import { resolve } from 'node:path'
import { CommanderError } from 'commander'
import { exitCodes } from '../../shared/model/exit-code.ts'
import { type Problem, toProblem } from '../../shared/model/problem.ts'
import { composeKeyringBy } from '../core/archive/sealed/keyring.ts'
import type { Engine } from '../core/engine.ts'
import { refusalNotice } from '../core/notify/run-notice.ts'
import { type CommandContext, type CommandResult, type CommonOptions, type LogLevel, logLevels } from './context.ts'
import { createOutput, type Output } from './output.ts'
import { buildParser } from './parser.ts'
import { parserText, wrongUsage, wrongValue } from './usage-text.ts'
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
  let output = createOutput(context, options.json === true)
  let engine: Engine | null = null
  try {
    const level = logLevelOf(verb, options)
    output = createOutput(context, options.json === true, level)
    context.setLogLevel(level)
    if (options.timeout !== undefined) context.abortAfter(secondsOf(verb, options.timeout))
    context.log({ event: 'command.begun', level: 'debug', verb: verb.name })
    const call: Call<object> = {
      context,
      output,
      options,
      args,
      engine() {
        engine ??= context.compose(context.domainFile(options.config))
        return engine
      },
      grammar: (language) => buildParser(verbs, { ...context, language }, () => undefined),
      path: (given) => resolve(context.cwd, given),
    }
    composeKeyringBy(() => void call.engine())
    const working = verb.work(call)
    const result = await (verb.readsOnly ? Promise.race([working, aborted(context.signal)]) : working)
    context.log({ event: 'command.ended', level: 'debug', verb: verb.name, exitCode: result.exitCode })
    await sayUntold(engine, output)
    return end(result, null, output, context, verb.name)
  } catch (error) {
    const found = toProblem(error)
    if (verb.tellsRefusal && !context.interactive) tellRefusal(engine, verb, found)
    await sayUntold(engine, output)
    return end({ exitCode: found.exitCode }, found, output, context, verb.name)
  }
}

function tellRefusal(engine: Engine | null, verb: Verb, found: Problem): void {
  if (engine === null) return
  engine.teller.tell(refusalNotice(engine.domain, verb.name, found, engine.clock.now().toISOString()))
}

/** Waits for whoever is being told. One who could not be told is a warning in the log and no failure of the work. */
async function sayUntold(engine: Engine | null, output: Output): Promise<void> {
  for (const { message } of (await engine?.teller.settled()) ?? []) output.log(message)
}

/** Never resolves; rejects with the reason once the command is interrupted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function logLevelOf(verb: Verb, { logLevel }: CommonOptions): LogLevel {
  const level = logLevels.find((each) => each === (logLevel ?? 'info'))
  if (level === undefined) throw wrongValue(verb.name, '--log-level', logLevel ?? '')
  return level
}

/** At most what a timer can count, 24 days. */
function secondsOf(verb: Verb, text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(seconds > 0 && seconds <= 2_147_483)) throw wrongValue(verb.name, '--timeout', text)
  return seconds
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
