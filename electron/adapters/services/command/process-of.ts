import { readFileSync, statSync } from 'node:fs'
import { startTicksOf } from '../../../wire/process-identity.ts'

/** The process that a service's own pid file names. */
export interface NamedProcess {
  readonly pid: number
  readonly startTicks: string
  /** ISO 8601, UTC. */
  readonly since: string
}

/** Ticks of `/proc/PID/stat` a second, whatever the kernel's own: part of its interface. */
const ticksASecond = 100

/** A pid file is written moments after its process began, and clocks differ in how they are rounded. */
const slackMs = 2_000

/**
 * The process that the file names, if it runs and may be the one meant: numbers are used again, and a process that began after the
 * file was written is somebody else's. Null where there is no file or no such process. Throws what reading the file throws.
 */
export function processOf(pidFile: string): NamedProcess | null {
  let text: string
  let writtenMs: number
  try {
    text = readFileSync(pidFile, 'latin1')
    writtenMs = statSync(pidFile).mtimeMs
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const pid = Number(/^\s*([1-9]\d{0,9})\s*(?:\n|$)/.exec(text)?.[1])
  if (Number.isNaN(pid)) return null
  const startTicks = startTicksOf(pid)
  if (startTicks === null) return null
  const beganMs = bootedMs() + (Number(startTicks) / ticksASecond) * 1000
  if (beganMs > writtenMs + slackMs) return null
  return { pid, startTicks, since: new Date(beganMs).toISOString() }
}

function bootedMs(): number {
  return Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1]) * 1000
}
