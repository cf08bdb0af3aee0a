import { homedir, hostname, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { app, Menu } from 'electron'
import packageFile from '../package.json' with { type: 'json' }
import { toProblem } from '../shared/model/problem.ts'
import { findDomainFile, openConsole } from './compose.ts'
import { readArguments } from './shell/arguments.ts'
import { showFailure } from './shell/failure.ts'
import { jsonLog } from './shell/log.ts'
import { preferencesFile } from './shell/preferences-file.ts'
import { registerScheme, serveRenderer } from './shell/protocol.ts'
import { secureAllContents } from './shell/security.ts'
import { takeSessionFolder } from './shell/session-folder.ts'
import { openShell } from './shell/shell.ts'

const log = jsonLog(
  (line) => process.stderr.write(line),
  () => new Date(),
)
const userData = app.getPath('userData')
const pages = { preload: join(__dirname, '../preload/preload.cjs'), stateFile: join(userData, 'windows.json'), log }
const preferences = preferencesFile(join(userData, 'preferences.json'))

async function open(): Promise<void> {
  let { language } = preferences.read()
  try {
    const given = readArguments(process.argv.slice(1), { programNamed: process.defaultApp === true })
    if (given.language !== undefined && given.language !== language) {
      language = given.language
      preferences.write({ ...preferences.read(), language })
    }
    const config = given.config === undefined ? undefined : resolve(given.config)
    const console = await openConsole(
      {
        configFile: findDomainFile(config, process.env, homedir()),
        owner: { operator: userInfo().username, host: hostname(), pid: process.pid, kind: 'console' },
        env: process.env,
        execPath: process.execPath,
        electron: true,
        servicePath: join(__dirname, 'service.cjs'),
        workerPath: join(__dirname, 'archive-worker.cjs'),
        program: [process.execPath, join(__dirname, 'cli.cjs')],
        home: homedir(),
        product: `untenseki ${packageFile.version}`,
        uid: process.getuid?.() ?? -1,
        log,
      },
      preferences,
    )
    await openShell({ console, ...pages })
  } catch (error) {
    const problem = toProblem(error)
    process.stderr.write(`${problem.message[language]}\n${problem.remedy[language]}\n`)
    if (problem.code === 'internal') log({ event: 'console.failed', text: String((error as Error).stack) })
    showFailure({ problem, language, ...pages })
  }
}

// Neither a fault of ours nor a log that cannot be written (a reader that went away, a full disk) may end a run in the
// middle or stand before it as a box of the runtime's own: the run's record tells what matters.
process.on('uncaughtException', (error) => log({ event: 'console.fault', text: String(error.stack) }))
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
registerScheme()
if (process.platform !== 'darwin') Menu.setApplicationMenu(null)
secureAllContents(log)
app.setPath('sessionData', takeSessionFolder(userData, process.pid))
void app.whenReady().then(() => {
  serveRenderer(join(__dirname, '../renderer'), log)
  return open()
})
