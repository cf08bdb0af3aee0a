import { closeSync, openSync } from 'node:fs'
import { tryLock } from 'fs-native-extensions'

/**
 * Takes the lock that makes a service one process: an OS lock that dies with its process. Null while another process has it.
 * The file itself stays: a lock on a name that comes and goes would lock nothing.
 */
export function takeServiceLock(path: string): { release(): void } | null {
  const fd = openSync(path, 'a+', 0o600)
  if (tryLock(fd, 0, 0)) return { release: () => closeSync(fd) }
  closeSync(fd)
  return null
}
