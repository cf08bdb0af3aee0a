import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { openConsole } from '../../compose.ts'

/**
 * The console's core without its windows, as a process that a test can kill: `console-run.cjs DOMAIN-FILE HOST ARCHIVE` does
 * case (1) or (3) of that server from its first step to its last, as 続行 does, and ends with the run's exit code.
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
  const ended = new Promise<number>((resolve) => {
    opened.subscribe((event) => {
      if (event.name === 'run' && event.payload?.phase === 'ended') resolve(event.payload.state.exitCode ?? 3)
    })
  })
  await opened.handlers['run.prepare']({ host })
  await opened.handlers['run.all']({ to })
  const exitCode = await ended
  await opened.close()
  return exitCode
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
