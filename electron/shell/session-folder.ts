import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A folder for this process's browser data. Several consoles may run at once and Chromium's own files must not be
 * shared; folders of processes that are gone are cleared away. Nothing in them is worth keeping.
 */
export function takeSessionFolder(userData: string, pid: number): string {
  const all = join(userData, 'sessions')
  mkdirSync(all, { recursive: true })
  for (const name of readdirSync(all)) {
    if (/^\d+$/.test(name) && !lives(Number(name))) rmSync(join(all, name), { recursive: true, force: true })
  }
  const own = join(all, String(pid))
  mkdirSync(own, { recursive: true })
  return own
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
