import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, watch, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Shell } from './shell.ts'

/** Puts a large file among the master's targets, so that an archive takes seconds; returns the domain file that says so. */
export function slowTarget(shell: Shell, megabytes = 300): string {
  const file = join(shell.base, 'large.bin')
  if (!existsSync(file)) {
    const fd = openSync(file, 'w')
    for (let done = 0; done < megabytes; done += 10) writeSync(fd, randomBytes(10 * 1024 * 1024))
    closeSync(fd)
  }
  const text = readFileSync(shell.config, 'utf8')
  if (text.includes(file)) return text
  return text.replace(/\n {2}- name: [^\n]*\n {4}host: tk-ml1/, `\n    extraTargets: [${JSON.stringify(file)}]$&`)
}

/** Resolves when the archive `to` is being written. Call it before the command is begun. */
export function partialOf(to: string): Promise<void> {
  return appearance(
    dirname(to),
    (name) => name === `${basename(to)}.partial`,
    () => existsSync(`${to}.partial`),
  )
}

function appearance(folder: string, isIt: (name: string) => boolean, stays: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher = watch(folder)
    watcher.on('error', reject)
    watcher.on('change', (_, name) => {
      // Scratch files bear the same name for a moment.
      if (!isIt(String(name)) || !stays()) return
      watcher.close()
      resolve()
    })
  })
}
