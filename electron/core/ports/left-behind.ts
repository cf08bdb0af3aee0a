import { fail } from '../../../shared/model/problem.ts'

/** How long cancelled work may take to end by itself; with what is then tidied up a cancel takes less than a second. */
const CANCEL_MS = 500

/** For what services on their way up again, or windows, wait for (own decision: the removal of a large file takes seconds). */
export const TIDY_MS = 15_000
/** For tidying up on a disk that did not answer to a cancel, so that all of that takes less than a second. */
export const HURRIED_MS = 300

const left = new Set<Promise<unknown>>()

/**
 * Waits for work that a disk may never give back (a server of files that does not answer, a drive that hangs), but after
 * a cancel no longer than half a second: it is left behind then, `onLeft` is told, and this rejects with `cancelled`.
 * Whoever hands it in makes sure that it harms nothing should it go on later.
 */
export function orCancelled<Value>(
  work: Promise<Value>,
  signal: AbortSignal | undefined,
  onLeft?: (work: Promise<Value>) => void,
): Promise<Value> {
  return endedBy(work, signal, CANCEL_MS, () => {
    onLeft?.(work)
    return fail('cancelled')
  })
}

/** Waits for work on a medium for so many milliseconds; then it is left behind, and this rejects with `medium-failed` (12). */
export function within<Value>(ms: number, path: string, work: Promise<Value>): Promise<Value> {
  return endedBy(work, AbortSignal.abort(), ms, () => fail('medium-failed', { path, text: 'ETIMEDOUT' }))
}

/** Whether work is left behind that has not ended since: a process that waits for it may wait for ever. */
export function isWorkLeftBehind(): boolean {
  return left.size > 0
}

/** Resolves when what is left behind has ended, but after so many milliseconds at the latest. */
export function leftBehindEnded(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    void Promise.allSettled(left).then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function endedBy<Value>(
  work: Promise<Value>,
  signal: AbortSignal | undefined,
  ms: number,
  end: () => Error,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const hasten = () => {
      timer = setTimeout(() => {
        left.add(work)
        const gone = () => void left.delete(work)
        work.then(gone, gone)
        reject(end())
      }, ms)
    }
    if (signal?.aborted === true) hasten()
    else signal?.addEventListener('abort', hasten, { once: true })
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', hasten)
    })
  })
}
