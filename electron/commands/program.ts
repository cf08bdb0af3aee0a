import { Command, CommanderError } from 'commander'
import { exitCodes } from '../../shared/model/exit-code.ts'
import { problem } from '../../shared/model/problem.ts'
import { listVerb, verifyVerb } from './archive.ts'
import { backupVerb } from './backup.ts'
import type { CommandContext } from './context.ts'
import { domainCommand } from './domain.ts'
import { journalCommand } from './journal.ts'
import { lockCommand } from './lock.ts'
import { nxbackupVerb } from './nxbackup.ts'
import { createOutput } from './output.ts'
import { registerVerb, searchVerb } from './register.ts'
import { runsCommand } from './runs.ts'
import { prepareSampleVerb, runSampleVerb } from './sample.ts'
import { serversVerb, startVerb, stopVerb } from './servers.ts'
import { toCommand, told } from './verb.ts'

/** Runs one command line (without the program's own name) and resolves with its exit code; never throws. */
export async function runCommandLine(words: readonly string[], context: CommandContext): Promise<number> {
  let exitCode: number = exitCodes.done
  const ended = (code: number) => {
    exitCode = code
  }
  const program = buildProgram(context, ended)
  try {
    await program.parseAsync([...words], { from: 'user' })
    return exitCode
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return exitCodes.done
    const text = error.message.replace(/^error: /, '')
    const found = problem('usage-wrong', { text, verb: words.find((word) => !word.startsWith('-')) ?? '' })
    const output = createOutput(context, words.includes('--json'))
    output.problem(found)
    if (output.json) {
      const line = { kind: 'result', exitCode: found.exitCode, problem: told(found, context) }
      context.stdout(`${JSON.stringify(line)}\n`)
    }
    return found.exitCode
  }
}

function buildProgram(context: CommandContext, ended: (code: number) => void): Command {
  const about = {
    ja: '名前データベースとメールのドメインを,登録を失わずにバックアップする運転席',
    en: "operator's console that backs up a name database and mail domain without losing a registration",
  }
  const program = new Command('untenseki').description(about[context.language]).version(context.version)
  program.addCommand(domainCommand(context, ended))
  for (const verb of [serversVerb]) program.addCommand(toCommand(verb, context, ended))
  for (const verb of [startVerb, stopVerb]) program.addCommand(toCommand(verb, context, ended))
  program.addCommand(toCommand(registerVerb, context, ended))
  program.addCommand(toCommand(searchVerb, context, ended))
  program.addCommand(lockCommand(context, ended))
  program.addCommand(journalCommand(context, ended))
  program.addCommand(toCommand(backupVerb, context, ended))
  for (const verb of [verifyVerb, listVerb]) program.addCommand(toCommand(verb, context, ended))
  program.addCommand(toCommand(nxbackupVerb, context, ended))
  program.addCommand(runsCommand(context, ended))
  for (const verb of [prepareSampleVerb, runSampleVerb]) {
    program.addCommand(toCommand(verb, context, ended), { hidden: true })
  }
  quiet(program, context)
  return program
}

/** Errors become problems: commander throws instead of ending the process, and writes help only. */
function quiet(command: Command, context: CommandContext): void {
  command.exitOverride().configureOutput({ writeOut: context.stdout, writeErr: () => undefined })
  for (const child of command.commands) quiet(child, context)
}
