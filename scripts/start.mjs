/** `npm start [-- --config FILE …]`: the console, or, without a display, the same job in the terminal. */
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { aptInstall, aptLine, electronPackages, isRoot, missingPackages } from './lib/debian.mjs'
import { become } from './lib/exec.mjs'
import { log, runMain, Stop } from './lib/log.mjs'
import { root } from './lib/paths.mjs'
import { setUp } from './setup.mjs'

await runMain(async () => {
  await setUp()
  const cwd = process.env.INIT_CWD ?? process.cwd()
  const given = process.argv.slice(2)
  if (!(await hasDisplay())) {
    log('there is no display: the sample run goes on in this terminal')
    await become(process.execPath, [join(root, 'out', 'main', 'cli.cjs'), 'run-sample', ...given], { cwd })
    return
  }
  await ensureLibraries()
  const { resolveElectron } = await import('./electron-runtime.mjs')
  const { executable } = await resolveElectron()
  const sandbox = isRoot() ? ['--no-sandbox'] : []
  await become(executable, [...sandbox, root, ...given], { cwd })
})

/** Whether the display that the environment names answers; one on another machine is taken at its word. */
async function hasDisplay() {
  if (process.platform !== 'linux') return true
  const { WAYLAND_DISPLAY: wayland, DISPLAY: x11, XDG_RUNTIME_DIR: runtime } = process.env
  if (wayland) {
    const path = wayland.startsWith('/') ? wayland : runtime && join(runtime, wayland)
    if (path && (await answers({ path }))) return true
  }
  if (!x11) return false
  const local = /^(?:unix)?:(\d+)/.exec(x11)
  if (!local) return true
  const path = `/tmp/.X11-unix/X${local[1]}`
  return (existsSync(path) && (await answers({ path }))) || (await answers({ path: `\0${path}` }))
}

function answers(address) {
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function ensureLibraries() {
  const missing = await missingPackages(electronPackages)
  if (missing.length === 0) return
  if (!isRoot()) throw new Stop(69, `the console needs Debian packages; as root: ${aptLine(missing)}`)
  await aptInstall(missing)
}
