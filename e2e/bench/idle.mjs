/** Does nothing until SIGTERM, then tells in the named file for how many ms its event loop stood at most: the machine's part of a stall. */
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
setInterval(() => undefined, 2 ** 30)
process.on('SIGTERM', () => {
  writeFileSync(process.argv[2], String(Math.round(delay.max / 1e6)))
  process.exit(0)
})
