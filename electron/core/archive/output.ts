import { writeSync } from 'node:fs'
import { assertNever } from '../../../shared/model/assert-never.ts'
import { mediumFailure, tookNothing } from '../ports/medium-failure.ts'
import type { JobContext } from './meter.ts'
import { createWriteBehind } from './write-behind.ts'

/**
 * Where a worker puts the archive's bytes, in order, one call after the other. Resolves when the pieces may be
 * overwritten; may keep the calling thread waiting, but not past a cancel.
 */
export type Output = { readonly append: (pieces: readonly Buffer[]) => Promise<void> }

/** `file`: an empty one, written from its beginning on, or one written from byte `from`. `stream`: the bytes go to the thread that began the job, which holds the medium. */
export type OutputPlan =
  | { readonly kind: 'file'; readonly fd: number; readonly from?: number }
  | { readonly kind: 'stream' }

/**
 * The worker's side of a `stream` output. `send` hands over; `words[TAKEN]` counts what the other side has written and
 * is notified; the worker runs at most `AHEAD` pieces ahead of it, so that a slow medium does not fill memory.
 */
export type OutputLink = { readonly send: (bytes: Uint8Array) => void; readonly words: Int32Array }

/** Words of the memory that a job's two sides share: not 0 means "end now"; pieces that the medium has taken. */
export const CANCEL = 0
export const TAKEN = 1
export const JOB_WORDS = 2

const AHEAD = 8
const LOOK_MS = 200

/** `path` is the archive's name in problems. */
export function openOutput(plan: OutputPlan, path: string, link: OutputLink, context: JobContext): Output {
  switch (plan.kind) {
    case 'file':
      return fileOutput(plan, path, context)
    case 'stream':
      return streamOutput(link, context)
    default:
      return assertNever(plan)
  }
}

function fileOutput(
  { fd, from }: Extract<OutputPlan, { readonly kind: 'file' }>,
  path: string,
  { checkCancelled }: JobContext,
): Output {
  let at = from ?? 0
  const writeBehind = createWriteBehind(fd, at)
  return {
    append: async (pieces) => {
      for (const bytes of pieces) {
        writeAll(fd, bytes, path, checkCancelled, from === undefined ? null : at)
        at += bytes.length
      }
      writeBehind(at)
    },
  }
}

function streamOutput({ send, words }: OutputLink, context: JobContext): Output {
  let sent = 0
  return {
    append: async (pieces) => {
      for (;;) {
        context.checkCancelled()
        const taken = Atomics.load(words, TAKEN)
        if (((sent - taken) | 0) < AHEAD) break
        // A cancel does not notify this word.
        Atomics.wait(words, TAKEN, taken, LOOK_MS)
      }
      // What is sent must stay as it is, and the pieces may lie in memory that is used again.
      send(new Uint8Array(Buffer.concat(pieces)))
      sent = (sent + 1) | 0
    },
  }
}

/** What is written before the next look whether to end: a slow medium takes its time for a whole frame. */
const PIECE = 256 * 1024

/**
 * Writes all of `bytes` at the file's position, or at byte `from`, however short single writes are. Throws what `mediumFailure` makes of the
 * system's errors, and `cancelled`; after that nothing is written any more, whenever the last write came back.
 */
export function writeAll(
  fd: number,
  bytes: Buffer,
  path: string,
  checkCancelled: () => void,
  from: number | null = null,
): void {
  for (let at = 0; at < bytes.length; ) {
    checkCancelled()
    at += writeSome(fd, bytes.subarray(at, at + PIECE), path, from === null ? null : from + at)
  }
}

function writeSome(fd: number, bytes: Buffer, path: string, position: number | null): number {
  try {
    const taken = writeSync(fd, bytes, 0, bytes.length, position)
    if (taken === 0) throw tookNothing()
    return taken
  } catch (thrown) {
    throw mediumFailure(path, thrown)
  }
}
