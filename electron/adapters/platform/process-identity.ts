import { readFileSync } from 'node:fs'

/** A process, told from any later one with the same pid: ticks since boot at which it started. */
export type ProcessIdentity = { readonly pid: number; readonly startTicks: number }

/** Clock ticks a second in /proc: fixed at 100 for every program on Linux (USER_HZ). */
const ticksPerSecond = 100

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return null
    throw error
  }
}

/**
 * Who runs under a pid now. Null when no process does: no entry, or only a zombie. A process that was known is gone
 * when this is null or has another start time.
 */
export function processIdentity(pid: number): ProcessIdentity | null {
  const stat = readProc(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The command's name stands in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const state = fields[0] ?? ''
  const startTicks = Number(fields[19])
  if (['Z', 'X', 'x', ''].includes(state) || !Number.isSafeInteger(startTicks)) return null
  return { pid, startTicks }
}

/** Whether the very process that was known is still there. */
export function isAlive(known: ProcessIdentity): boolean {
  return processIdentity(known.pid)?.startTicks === known.startTicks
}

/** When a process started, ISO 8601 in UTC, exact to the second (the kernel tells the boot no finer). */
export function processStartedAt(identity: ProcessIdentity): string {
  const bootSeconds = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0)
  return new Date((bootSeconds + Math.floor(identity.startTicks / ticksPerSecond)) * 1000).toISOString()
}

/** Changes with every start of the machine. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}
