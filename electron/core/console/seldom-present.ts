import { dirname } from 'node:path'
import { isWorkLeftBehind } from '../ports/left-behind.ts'
import type { KnownArchive, Medium } from '../ports/medium.ts'

/** In milliseconds; `unended`: how many questions may wait for their answer at once. */
export interface SeldomLimits {
  readonly every: number
  readonly slow: number
  readonly rest: number
  readonly unended: number
}

/**
 * Own decision: the windows look every second, a medium is not asked as often. A question to a server that hangs keeps one of the
 * few threads that read files, so two at most may hang.
 */
const ofWindows: SeldomLimits = { every: 60_000, slow: 1000, rest: 300_000, unended: 2 }

/**
 * Whether archives stand where they were written, as the windows ask for it: an answer holds for `every`; a question that takes
 * longer than `slow` is answered with what was last known (else: not present), and nothing below its folder is asked for `rest`.
 * While as many as `unended`, or any that others gave up waiting for, have not ended, none is asked. Never throws, and never takes
 * much longer than `slow`. What is discarded never goes by this.
 */
export function seldomPresent(medium: Pick<Medium, 'isPresent'>, limits = ofWindows): Medium['isPresent'] {
  const known = new Map<string, { readonly at: number; readonly present: boolean }>()
  const unended = new Set<string>()
  /** When a place was found slow. */
  const slow = new Map<string, number>()

  async function ask(archive: KnownArchive, key: string): Promise<void> {
    unended.add(key)
    const present = await medium.isPresent(archive).catch(() => false)
    unended.delete(key)
    known.set(key, { at: performance.now(), present })
  }

  return async (archive) => {
    const key = JSON.stringify([archive.path, archive.bytes, archive.volumes?.set])
    const place = archive.volumes?.set ?? dirname(archive.path)
    const within = (at: number | undefined, ms: number) => at !== undefined && performance.now() - at < ms
    const before = known.get(key)
    const held = within(before?.at, limits.every) || within(slow.get(place), limits.rest)
    const busy = unended.has(key) || unended.size >= limits.unended || isWorkLeftBehind()
    if (held || busy) return before?.present ?? false
    if (!(await endsWithin(ask(archive, key), limits.slow))) slow.set(place, performance.now())
    return known.get(key)?.present ?? false
  }
}

async function endsWithin(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  return Promise.race([work.then(() => true), late]).finally(() => clearTimeout(timer))
}
