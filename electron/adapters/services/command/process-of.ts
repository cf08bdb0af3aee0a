import { readFileSync, statSync } from 'node:fs'
import { type PidFile, readPidFile, writePidFile } from '../../../formats/pid-file.ts'
import { bootId, startTicksOf } from '../../../wire/process-identity.ts'

/** The process that a service's own pid file names. */
export interface NamedProcess {
  readonly pid: number
  readonly startTicks: string
  /** ISO 8601, UTC. */
  readonly since: string
}

/** Ticks of `/proc/PID/stat` a second, whatever the kernel's own: part of its interface. */
const ticksASecond = 100

/**
 * How much later than its pid file a process may seem to have begun. When it began is told in ticks since the machine started, and what
 * time that was changes when the clock is stepped, while the file keeps the time at which it was written: chrony steps it by some seconds
 * soon after the start, when services stand already. A number comes round again that soon only where thousands begin a second.
 */
const slackMs = 60_000

/**
 * The process that the file names, if it runs and may be the one meant: numbers are used again, and a process that began after the
 * file was written is somebody else's; unless it is the very one of `known`, so that no step of the clock, however large, makes a
 * stranger of what was seen to serve. Null where there is no file or no such process. Throws what reading the pid file throws.
 */
export function processOf(pidFile: string, known: string | null = null): NamedProcess | null {
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
  if (beganMs > writtenMs + slackMs && !isKnown(known, pid, startTicks)) return null
  return { pid, startTicks, since: new Date(beganMs).toISOString() }
}

/** Keeps on record that this process served. It helps alone: what cannot be written is gone without. */
export function knowProcess(known: string, { pid, startTicks, since }: NamedProcess): void {
  if (isKnown(known, pid, startTicks)) return
  try {
    writePidFile(known, { pid, startTicks, bootId: bootId(), startedAt: since, phase: 'running', problem: null })
  } catch {
    // A full disk, or an account that may only look.
  }
}

function isKnown(known: string | null, pid: number, startTicks: string): boolean {
  let found: PidFile | null
  try {
    found = known === null ? null : readPidFile(known)
  } catch {
    return false
  }
  return found !== null && found.pid === pid && found.startTicks === startTicks && found.bootId === bootId()
}

function bootedMs(): number {
  return Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1]) * 1000
}
