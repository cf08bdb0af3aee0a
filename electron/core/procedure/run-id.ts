import { randomBytes } from 'node:crypto'

/** A run's id: when it began (UTC) and six random hex digits, so that ids sort by time and fit a file name. */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '')
  return `${stamp}-${randomBytes(3).toString('hex')}`
}
