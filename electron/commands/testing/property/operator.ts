import { homedir, hostname, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { composeEngine, findDomainFile, initSample, readableMedia } from '../../../compose.ts'
import type { CommandContext } from '../../context.ts'
import { runCommandLine } from '../../program.ts'

/**
 * An operator who stays at the console: command lines come over the channel of a forked process and are carried out one after
 * the other, each with an engine of its own, as `cli.ts` does; only the program is not loaded anew for each. A test can kill it.
 */
async function carryOut(words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const closing: (() => void)[] = []
  const workerPath = join(__dirname, 'archive-worker.cjs')
  const program = [process.execPath, join(__dirname, 'cli.cjs')]
  const unused = (): never => {
    throw new Error('no command of a history needs this')
  }
  const log: CommandContext['log'] = (record) => {
    if (record.level === 'error' || record.level === 'warn') stderr += `${JSON.stringify(record)}\n`
  }
  const context: CommandContext = {
    language: 'en',
    cwd: process.cwd(),
    stdin: Readable.from([]),
    interactive: false,
    stdout: (text) => {
      stdout += text
    },
    stderr: (text) => {
      stderr += text
    },
    stderrIsTerminal: false,
    signal: new AbortController().signal,
    sampleRoot: process.cwd(),
    workerPath,
    version: 'test',
    uid: process.getuid?.() ?? -1,
    media: readableMedia,
    domainFile: (given) => findDomainFile(given === undefined ? undefined : resolve(given), process.env, homedir()),
    compose: (configFile) => {
      const engine = composeEngine({
        configFile,
        owner: { operator: userInfo().username, host: hostname(), pid: process.pid, kind: 'command' },
        env: process.env,
        execPath: process.execPath,
        electron: false,
        servicePath: join(__dirname, 'service.cjs'),
        workerPath,
        program,
        home: homedir(),
        product: 'untenseki test',
        uid: process.getuid?.() ?? -1,
        log,
        onRun: () => undefined,
      })
      closing.push(engine.close)
      return engine
    },
    abortAfter: unused,
    setLogLevel: () => undefined,
    log,
    program: { program, environment: { UNTENSEKI_LANG: 'en' } },
    runProgram: unused,
    userOf: () => null,
    uidOf: () => null,
    initSample,
    assertSample: unused,
    destroySample: unused,
  }
  const code = await runCommandLine(words, context)
  for (const close of closing) close()
  return { code, stdout, stderr }
}

process.on('message', (words: readonly string[]) => {
  void carryOut(words).then((ended) => process.send?.(ended))
})
