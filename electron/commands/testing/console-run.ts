import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import type { RunState } from '../../../shared/model/run-state.ts'
import { openConsole } from '../../compose.ts'

/**
 * The console's core without its windows, as a process that a test can kill: `console-run.cjs DOMAIN-FILE HOST ARCHIVE` does
 * case (1) or (3) of that server from its first step to its last, as 続行 does, says how the run ended as a command with `--json`
 * does, and ends with its exit code. SIGTERM is 取消. `console-run.cjs DOMAIN-FILE --resume` goes on with the run that died.
 */
const [, , configFile = '', host = '', to = ''] = process.argv

async function main(): Promise<number> {
  const owner = { operator: userInfo().username, host: hostname(), pid: process.pid, kind: 'console' } as const
  const opened = await openConsole(
    {
      configFile,
      owner,
      env: process.env,
      execPath: process.execPath,
      electron: false,
      servicePath: join(__dirname, 'service.cjs'),
      workerPath: join(__dirname, 'archive-worker.cjs'),
      program: [process.execPath, join(__dirname, 'cli.cjs')],
      home: homedir(),
      product: 'untenseki test',
      uid: process.getuid?.() ?? -1,
      log: () => undefined,
    },
    { read: () => ({ language: 'ja', openNameDatabase: false }), write: () => undefined },
  )
  const ended = new Promise<RunState>((resolve) => {
    opened.subscribe((event) => {
      if (event.name === 'run' && event.payload?.phase === 'ended') resolve(event.payload.state)
    })
  })
  process.on('SIGTERM', () => void opened.handlers['run.cancel'](null))
  if (host === '--resume') await opened.handlers['run.resume'](null)
  else {
    await opened.handlers['run.prepare']({ host })
    await opened.handlers['run.all']({ to })
  }
  const { outcome, exitCode, servicesDown, problem } = await ended
  process.stdout.write(`${JSON.stringify({ kind: 'result', exitCode, outcome, servicesDown, problem })}\n`)
  await opened.close()
  return exitCode ?? 3
}

main().then(
  (exitCode) => {
    process.exitCode = exitCode
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exitCode = 3
  },
)
