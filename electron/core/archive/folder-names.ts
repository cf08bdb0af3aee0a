import { closeSync, constants, openSync, readdirSync } from 'node:fs'
import { type SystemCalls, systemCalls } from './system-calls.ts'

/** So many names are sorted as texts; a reader's heap is small, and a folder may hold a million. */
const RUN = 32 * 1024
const ENTRY_LENGTH = 16
const ENTRY_NAME = 19
const entries = Buffer.allocUnsafeSlow(64 * 1024)

/** A folder's names in byte order, a NUL behind each, in memory of their own. Throws what the system says. */
export function namesIn(folder: Buffer, checkCancelled: () => void): Buffer<ArrayBuffer> {
  const runs: Buffer<ArrayBuffer>[] = []
  let names: string[] = []
  const endRun = () => {
    const text = `${names.sort().join('\0')}\0`
    const run = Buffer.allocUnsafeSlow(text.length)
    run.write(text, 'latin1')
    runs.push(run)
    names = []
  }
  eachName(folder, checkCancelled, (name) => {
    names.push(name)
    if (names.length === RUN) endRun()
  })
  if (names.length > 0) endRun()
  const [one] = runs
  return one !== undefined && runs.length === 1 ? one : merge(runs, checkCancelled)
}

/** Every byte is the character of that number: their order is that of the bytes. */
function eachName(folder: Buffer, checkCancelled: () => void, take: (name: string) => void): void {
  const readEntries = systemCalls()?.readEntries ?? null
  if (readEntries === null) for (const name of readdirSync(folder, { encoding: 'latin1' })) take(name)
  else eachEntry(folder, readEntries, checkCancelled, take)
}

function eachEntry(
  folder: Buffer,
  readEntries: NonNullable<SystemCalls['readEntries']>,
  checkCancelled: () => void,
  take: (name: string) => void,
): void {
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    for (let filled = readEntries(fd, entries); filled > 0; filled = readEntries(fd, entries)) {
      checkCancelled()
      for (let at = 0; at < filled; at += entries.readUInt16LE(at + ENTRY_LENGTH)) {
        const from = at + ENTRY_NAME
        const name = entries.toString('latin1', from, entries.indexOf(0, from))
        if (name !== '.' && name !== '..') take(name)
      }
    }
  } finally {
    closeSync(fd)
  }
}

/** The name of a sorted run whose turn it is. */
type Head = { readonly run: Buffer; readonly from: number; readonly end: number }

/** Of all runs at once: what a merge of two at a time left behind would wait for the collector. */
function merge(runs: readonly Buffer[], checkCancelled: () => void): Buffer<ArrayBuffer> {
  const out = Buffer.allocUnsafeSlow(runs.reduce((total, run) => total + run.length, 0))
  // The first name last.
  const heads: Head[] = []
  for (const run of runs) putInOrder(heads, { run, from: 0, end: endOf(run, 0) })
  let at = 0
  for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
    checkCancelled()
    const { run, end } = head
    at += run.copy(out, at, head.from, end)
    if (end < run.length) putInOrder(heads, { run, from: end, end: endOf(run, end) })
  }
  return out
}

/** The NUL stands before every other byte, so that a name comes before those that begin with it. */
function putInOrder(heads: Head[], head: Head): void {
  let low = 0
  let high = heads.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = heads[middle]
    if (other !== undefined && head.run.compare(other.run, other.from, other.end, head.from, head.end) < 0)
      low = middle + 1
    else high = middle
  }
  heads.splice(low, 0, head)
}

/** Behind the NUL of the name that begins here. */
export function endOf(names: Buffer, from: number): number {
  return names.indexOf(0, from) + 1
}
