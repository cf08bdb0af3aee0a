import { closeSync, openSync, writeSync } from 'node:fs'

export type ServiceLog = {
  /** One line of JSON: time, event, details. A log that cannot be written never ends the service. */
  write(level: 'info' | 'warning' | 'error', event: string, details?: Record<string, unknown>): void
  close(): void
}

/** Appends to the log at `path`; every line carries `common` (host, service, pid). */
export function openLog(path: string, common: Readonly<Record<string, unknown>>): ServiceLog {
  const fd = openSync(path, 'a', 0o600)
  let lost = 0
  return {
    write: (level, event, details = {}) => {
      const line = { at: new Date().toISOString(), level, event, ...common, ...details, ...(lost > 0 ? { lost } : {}) }
      try {
        writeSync(fd, `${JSON.stringify(line)}\n`)
        lost = 0
      } catch {
        // A full disk must not take a service down with it: the next line that can be written counts the lost ones.
        lost += 1
      }
    },
    close: () => closeSync(fd),
  }
}
