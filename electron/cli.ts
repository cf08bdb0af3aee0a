import { homedir, hostname, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import packageFile from '../package.json' with { type: 'json' }
import type { Language } from '../shared/model/console.ts'
import { exitCodes } from '../shared/model/exit-code.ts'
import { ProblemError, problem, toProblem } from '../shared/model/problem.ts'
import { runCommandLine } from './commands/program.ts'
import { assertSample, composeEngine, destroySample, findDomainFile, initSample, sampleRootOf } from './compose.ts'

const { env } = process
const interrupted = new AbortController()

/** Until the work says how it ended it has not: a program that ends in between must not look as if it were done. */
process.exitCode = exitCodes.failedDown
let fallen = false
/** A fault of ours must not end a run with services down: it is cancelled, which starts them again. */
process.on('uncaughtException', (error) => {
  fallen = true
  logLine({ event: 'fell', text: error instanceof Error ? error.stack : String(error) })
  if (process.exitCode === exitCodes.done) process.exitCode = exitCodes.failedRestored
  interrupted.abort(new ProblemError(toProblem(error)))
})
process.on('SIGINT', () => interrupted.abort(new ProblemError(problem('cancelled'))))
process.on('SIGTERM', () => interrupted.abort(new ProblemError(problem('terminated'))))
// A terminal that was closed must not leave services down: the work goes on to its end.
process.on('SIGHUP', () => undefined)
/** Whether something that was said could not be kept: the disk of a log was full, say. */
let unsaid = false
for (const stream of [process.stdout, process.stderr]) {
  // Neither a reader that went away (`| head`) nor a full disk may end a run in the middle.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') unsaid = true
  })
}

const language: Language = /^en/i.test(env.UNTENSEKI_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || '')
  ? 'en'
  : 'ja'
const operator = userInfo().username
const sampleRoot = sampleRootOf(env, homedir())

function logLine(record: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...record })}\n`)
}

/** The connections that the verbs open; the process ends once they are closed. */
const closing: (() => void)[] = []

const context = {
  language,
  cwd: process.cwd(),
  stdin: process.stdin,
  interactive: process.stdin.isTTY === true,
  stdout: (text: string) => void process.stdout.write(text),
  stderr: (text: string) => void process.stderr.write(text),
  stderrIsTerminal: process.stderr.isTTY === true,
  signal: interrupted.signal,
  sampleRoot,
  workerPath: join(__dirname, 'archive-worker.cjs'),
  version: packageFile.version,
  uid: process.getuid?.() ?? -1,
  domainFile: (given: string | undefined) =>
    findDomainFile(given === undefined ? undefined : resolve(given), env, homedir()),
  compose: (configFile: string) => {
    const engine = composeEngine({
      configFile,
      owner: { operator, host: hostname(), pid: process.pid, kind: 'command' },
      env,
      execPath: process.execPath,
      electron: process.versions.electron !== undefined,
      servicePath: join(__dirname, 'service.cjs'),
      workerPath: join(__dirname, 'archive-worker.cjs'),
      product: `untenseki ${packageFile.version}`,
      uid: process.getuid?.() ?? -1,
      log: logLine,
    })
    closing.push(engine.close)
    return engine
  },
  initSample,
  assertSample,
  destroySample,
} as const

void runCommandLine(process.argv.slice(2), context).then((code) => {
  process.exitCode = code === exitCodes.done ? endedWell() : code
  for (const close of closing) close()
  process.stdin.destroy()
})

function endedWell(): number {
  if (fallen) return exitCodes.failedRestored
  return unsaid ? exitCodes.warnings : exitCodes.done
}
