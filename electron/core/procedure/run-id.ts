import { randomBytes } from 'node:crypto'

/** In one second: how far apart two ids stand, so that each keeps a number of its own that nobody guesses by counting. */
const stride = 64
const last = 0xff_ff_ff

/**
 * A run's id: when it began (UTC) and six hex digits, so that ids sort in the order of their beginning and fit a file name.
 * It sorts after `newest`, whatever the clock says: within that id's second, or before it where the clock was set back, it
 * keeps that second and counts its digits on (own decision: the record has the true time).
 */
export function newRunId(now: Date, newest: string | null = null): string {
  const stamp = stampOf(now)
  // The first of a second leaves most of its numbers to those that follow.
  const fresh = `${stamp}-${hex(randomBytes(3).readUIntBE(0, 3) >> 4)}`
  if (newest === null || newest < `${stamp}-`) return fresh
  const [second = '', digits = ''] = newest.split('-')
  const next = Number.parseInt(digits, 16) + 1 + (randomBytes(1).readUInt8() % stride)
  return next <= last ? `${second}-${hex(next)}` : newRunId(new Date(timeOf(second) + 1000), null)
}

function stampOf(now: Date): string {
  return now.toISOString().replace(/[-:]|\.\d+/g, '')
}

function timeOf(stamp: string): number {
  return Date.parse(stamp.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'))
}

function hex(number: number): string {
  return number.toString(16).padStart(6, '0')
}
