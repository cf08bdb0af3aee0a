import { readFileSync } from 'node:fs'

/** Field 22 of `/proc/PID/stat` counts from 1; the first field behind the command's closing bracket is number 3. */
const startTimeIndex = 22 - 3

/**
 * When a process started, in the system's own ticks since boot: with the pid this is its identity, because pids are used
 * again. Null when there is no such process or only a zombie is left of it.
 */
export function startTicksOf(pid: number): string | null {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return null
    throw error
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  return state === 'Z' || state === 'X' || state === 'x' ? null : (fields[startTimeIndex] ?? null)
}

/** Changes with every start of the machine: before that, neither pid nor ticks say anything. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

/** Whether the very process still runs: same pid, same start time, of the same boot where that is known, no zombie. */
export function isSameProcess(process: {
  readonly pid: number
  readonly startTicks: string
  readonly bootId?: string | undefined
}): boolean {
  if (process.bootId !== undefined && process.bootId !== bootId()) return false
  return startTicksOf(process.pid) === process.startTicks
}
