import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { basename, join, resolve } from 'node:path'
import packageFile from '../package.json' with { type: 'json' }
import { exitCodes } from '../shared/model/exit-code.ts'
import type { Language } from '../shared/model/language.ts'
import { type Problem, ProblemError, problem, toProblem } from '../shared/model/problem.ts'
import { type CommandContext, type LogLevel, logLevels } from './commands/context.ts'
import { endDespiteLeft } from './commands/end-process.ts'
import { manualNames } from './commands/manual/names.ts'
import { runCommandLine } from './commands/program.ts'
import {
  assertSample,
  composeEngine,
  destroySample,
  findDomainFile,
  initSample,
  readableMedia,
  sampleRootOf,
} from './compose.ts'

const { env } = process
const interrupted = new AbortController()

/** Until the work says how it ended it has not: a program that ends in between must not look as if it were done. */
process.exitCode = exitCodes.failedDown
let fallen = false
/** A fault of ours must not end a run with services down: it is cancelled, which starts them again. */
process.on('uncaughtException', (error) => {
  fallen = true
  logLine({ event: 'fell', level: 'error', text: error instanceof Error ? error.stack : String(error) })
  if (process.exitCode === exitCodes.done) process.exitCode = exitCodes.failedRestored
  interrupted.abort(new ProblemError(toProblem(error)))
})
/** Runs that this process drives and that have stopped services, until they ended. */
const down = new Set<string>()
for (const [signal, code] of [
  ['SIGINT', 'cancelled'],
  ['SIGTERM', 'terminated'],
] as const) {
  process.on(signal, () => {
    if (interrupted.signal.aborted) endNow(problem(code))
    interrupted.abort(new ProblemError(problem(code)))
  })
}

/** Asked twice: ends at once. A run's record then stands as unfinished, as after a crash, and says what was stopped. */
function endNow(found: Problem): never {
  const [runId] = down
  const said = runId === undefined ? found : problem('ended-at-once', { runId })
  try {
    writeSync(process.stderr.fd, `${said.message[language]}\n${said.remedy[language]}\n`)
  } finally {
    process.exit(said.exitCode)
  }
}

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

let logLevel: LogLevel = 'info'

function logLine({ level = 'info', ...record }: Parameters<CommandContext['log']>[0]): void {
  if (logLevels.indexOf(level) > logLevels.indexOf(logLevel)) return
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, ...record })}\n`)
}

const program = {
  program: [process.execPath, __filename],
  environment: {
    UNTENSEKI_LANG: language,
    ...(process.versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }),
  },
}

async function runProgram([file = '', ...args]: readonly string[]): Promise<number> {
  const child = spawn(file, args, { stdio: 'inherit', env })
  const pass = () => void child.kill('SIGTERM')
  interrupted.signal.addEventListener('abort', pass, { once: true })
  const [code] = await once(child, 'exit')
  interrupted.signal.removeEventListener('abort', pass)
  return typeof code === 'number' ? code : exitCodes.failedDown
}

/** What id(1) says of an account, or null. */
function accountField(option: string, account: string): string | null {
  const { status, stdout } = spawnSync('id', [option, '--', account], { encoding: 'utf8' })
  const said = stdout.trim()
  return status === 0 && said !== account ? said : null
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
  media: readableMedia,
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
      program: program.program,
      home: homedir(),
      product: `untenseki ${packageFile.version}`,
      uid: process.getuid?.() ?? -1,
      log: logLine,
      onRun(state) {
        if (state.stoppedAt !== null && state.outcome === null) down.add(state.runId)
        else down.delete(state.runId)
      },
    })
    closing.push(engine.close)
    return engine
  },
  abortAfter(seconds: number) {
    const abort = () => interrupted.abort(new ProblemError(problem('timed-out', { seconds })))
    setTimeout(abort, seconds * 1000).unref()
  },
  setLogLevel(level: LogLevel) {
    logLevel = level
  },
  log: logLine,
  program,
  runProgram,
  userOf: (uid: number) => accountField('-nu', String(uid)),
  uidOf(user: string) {
    // A number would be taken for an account's number even where there is none.
    const uid = /^[a-z_][a-z0-9_.-]*\$?$/i.test(user) ? accountField('-u', user) : null
    return uid === null ? null : Number(uid)
  },
  initSample,
  assertSample,
  destroySample,
} as const

/** Called by one of the manual's names (a link to this file, or a launcher that says so), it is that command. */
const calledAs = basename(env.UNTENSEKI_CALLED_AS || process.argv[1] || '')
const words = [...(manualNames.includes(calledAs) ? [calledAs] : []), ...process.argv.slice(2)]

void runCommandLine(words, context).then((code) => {
  process.exitCode = code === exitCodes.done ? endedWell() : code
  for (const close of closing) close()
  process.stdin.destroy()
  return endDespiteLeft(Number(process.exitCode), context)
})

function endedWell(): number {
  if (fallen) return exitCodes.failedRestored
  return unsaid ? exitCodes.warnings : exitCodes.done
}
