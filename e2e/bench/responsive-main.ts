/**
 * Electron's main process with a window, for one call of the archive engine (given as to `ours.ts`, behind a lone `--`): how long
 * its event loop, the window, and an idle process beside them (the program `IDLE`, which tells it in `IDLE_FILE`) stood at most
 * meanwhile, and how much memory it took above idle. One line of JSON.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { app, BrowserWindow } from 'electron'

const SETTLE_MS = 3000
const page = `data:text/html,<script>
  let longest = 0, last = performance.now()
  const tick = (now) => { longest = Math.max(longest, now - last); last = now; requestAnimationFrame(tick) }
  requestAnimationFrame(tick)
  window.takeLongest = () => { const taken = longest; longest = 0; return taken }
</script>`

/** In MB; `VmHWM`: the most since it was forgotten. To look again and again would itself take what it measures. */
function memoryMb(what: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024
}

function forgetPeak(): void {
  writeFileSync('/proc/self/clear_refs', '5')
}

/** Starts the idle process; what is given back ends it and tells its longest stall. */
function startIdle(): () => Promise<number> {
  const { IDLE = '', IDLE_FILE = '' } = process.env
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  const child = spawn(process.execPath, [IDLE, IDLE_FILE], { env, stdio: 'ignore' })
  const gone = once(child, 'exit')
  return async () => {
    child.kill('SIGTERM')
    await gone
    return Number(readFileSync(IDLE_FILE, 'utf8'))
  }
}

async function measure(): Promise<void> {
  const given = process.argv.slice(process.argv.indexOf('--') + 1)
  const window = new BrowserWindow()
  await window.loadURL(page)
  const takeLongest = async () => Number(await window.webContents.executeJavaScript('takeLongest()'))
  const endIdle = startIdle()
  await wait(SETTLE_MS)
  await takeLongest()
  const idleMb = memoryMb('VmRSS')
  forgetPeak()
  const delay = monitorEventLoopDelay({ resolution: 2 })
  delay.enable()
  // The engine's part of the arguments stands where a process of its own would have it; it begins when it is loaded.
  process.argv = [process.execPath, 'ours', ...given]
  const begun = performance.now()
  const { finished } = await import('./ours.ts')
  await finished
  delay.disable()
  const peakMb = memoryMb('VmHWM')
  console.log(
    JSON.stringify({
      what: given[0],
      seconds: Number(((performance.now() - begun) / 1000).toFixed(1)),
      mainStallMs: Math.round(delay.max / 1e6),
      windowStallMs: Math.round(await takeLongest()),
      idleStallMs: await endIdle(),
      idleMb: Math.round(idleMb),
      aboveIdleMb: Math.round(peakMb - idleMb),
    }),
  )
}

app
  .whenReady()
  .then(measure)
  .then(
    () => app.exit(0),
    (thrown) => {
      console.error(thrown)
      app.exit(1)
    },
  )
