/** `npm start [-- --config FILE …]`: the console, or, without a display, the same job in the terminal. */
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { aptInstall, aptLine, electronPackages, isRoot, missingPackages } from './lib/debian.mjs'
import { become, run } from './lib/exec.mjs'
import { runMain, Stop } from './lib/log.mjs'
import { root } from './lib/paths.mjs'
import { setUp } from './setup.mjs'

await runMain(async () => {
  await setUp()
  const cwd = process.env.INIT_CWD ?? process.cwd()
  const given = process.argv.slice(2)
  const cli = join(root, 'out', 'main', 'cli.cjs')
  if (!(await hasDisplay())) {
    await become(process.execPath, [cli, 'run-sample', ...given], { cwd })
    return
  }
  await ensureLibraries()
  const named = given.some((word) => word === '--config' || word.startsWith('--config='))
  const config = named ? [] : ['--config', await prepareSample(cli, cwd)]
  const { resolveElectron } = await import('./electron-runtime.mjs')
  const { executable } = await resolveElectron()
  const sandbox = isRoot() ? ['--no-sandbox'] : []
  await become(executable, [...sandbox, root, ...config, ...given], { cwd })
})

/** The sample domain, made if absent and started: never a site's own file by default. */
async function prepareSample(cli, cwd) {
  const { code, stdout } = await run(process.execPath, [cli, 'prepare-sample'], { capture: true, cwd })
  if (code !== 0) throw new Stop(code ?? 1, 'the sample domain could not be started')
  return stdout.trim().split('\n').at(-1)
}

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
