import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Kills every process whose command line names a path under `folder` and waits until it is gone: a domain's services
 * outlive the console on purpose, so a test that made a domain has to end them.
 */
export async function endProcessesOf(folder: string): Promise<void> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const left = processesOf(folder)
    if (left.length === 0) return
    if (Date.now() > deadline) throw new Error(`processes of ${folder} do not end: ${left.join(' ')}`)
    for (const pid of left) kill(pid)
    await delay(50)
  }
}

function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => commandLine(pid).some((word) => word.includes(`${folder}/`)))
    .map(Number)
}

/** Empty for a process that ended, and for a zombie. */
function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
