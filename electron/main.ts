import { homedir, hostname, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { app, Menu } from 'electron'
import { type Language, preferencesSchema } from '../shared/model/console.ts'
import { toProblem } from '../shared/model/problem.ts'
import { findDomainFile, openConsole } from './compose.ts'
import { readArguments } from './shell/arguments.ts'
import { showFailure } from './shell/failure.ts'
import { jsonLog } from './shell/log.ts'
import { registerScheme, serveRenderer } from './shell/protocol.ts'
import { secureAllContents } from './shell/security.ts'
import { takeSessionFolder } from './shell/session-folder.ts'
import { openShell } from './shell/shell.ts'
import { readSmallFile, writeSmallFile } from './shell/small-file.ts'

const log = jsonLog(
  (line) => process.stderr.write(line),
  () => new Date(),
)
const preload = join(__dirname, '../preload/preload.cjs')

async function open(): Promise<void> {
  const userData = app.getPath('userData')
  const stateFile = join(userData, 'windows.json')
  const preferencesFile = join(userData, 'preferences.json')
  let language: Language = readSmallFile(preferencesFile, preferencesSchema)?.language ?? 'ja'
  try {
    const given = readArguments(process.argv.slice(1), { programNamed: process.defaultApp === true })
    language = given.language ?? language
    const console = await openConsole(
      {
        configFile: findDomainFile(given.config && resolve(given.config), process.env, homedir()),
        owner: { operator: userInfo().username, host: hostname(), pid: process.pid, kind: 'console' },
        env: process.env,
        execPath: process.execPath,
        electron: true,
        servicePath: join(__dirname, 'service.cjs'),
        workerPath: join(__dirname, 'archive-worker.cjs'),
        product: `untenseki ${app.getVersion()}`,
        uid: process.getuid?.() ?? -1,
        log,
      },
      {
        read: () => readSmallFile(preferencesFile, preferencesSchema) ?? { language, openNameDatabase: true },
        write: (preferences) => writeSmallFile(preferencesFile, preferences),
      },
    )
    if (given.language !== undefined) await console.handlers['preferences.set']({ language: given.language })
    await openShell({ console, preload, stateFile, log })
  } catch (error) {
    const problem = toProblem(error)
    process.stderr.write(`${problem.message[language]}\n${problem.remedy[language]}\n`)
    if (problem.code === 'internal') log({ event: 'console.failed', text: String((error as Error).stack) })
    showFailure({ problem, language, preload, stateFile, log })
  }
}

registerScheme()
if (process.platform !== 'darwin') Menu.setApplicationMenu(null)
secureAllContents(log)
app.setPath('sessionData', takeSessionFolder(app.getPath('userData'), process.pid))
void app.whenReady().then(() => {
  serveRenderer(join(__dirname, '../renderer'), log)
  return open()
})
