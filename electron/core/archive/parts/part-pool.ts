import { assertNever } from '../../../../shared/model/assert-never.ts'
import { fail, ProblemError } from '../../../../shared/model/problem.ts'
import type { Placed } from '../extract/placing.ts'
import { type OwnThread, startOwnThread } from '../own-thread.ts'
import { countProcessors } from '../processors.ts'
import type { ReadSeal } from '../seal.ts'
import { systemCalls } from '../system-calls.ts'
import {
  BYTES_DONE,
  CONTROL_WORDS,
  ENTRY,
  PART_NUMBERS,
  type Part,
  type PartExtract,
  type PartFound,
  type PartMessage,
  type PartStart,
} from './part.ts'

/** More threads than this wait for one another, in the file system's folders and for memory. */
const MOST_THREADS = 4
/** With less room frames' buffers would live through two collections of it, and then wait for one of the rest. */
const YOUNG_MB = 16
const OLD_MB = 64

/** What all parts hold, in their order; null: one of them differs. */
export type PartsFound = { readonly found: readonly PartFound[]; readonly placed: readonly Placed[] } | null

export type PartPool = {
  /** Rejects with why a member could not be put in place, with what `fail` was given, or `archive-worker-died`. */
  readonly outcome: Promise<PartsFound>
  /** Compressed bytes that are done, so far. */
  readonly bytesDone: () => number
  readonly fail: (thrown: unknown) => void
  /** Ends all threads, wherever they are; resolves when they are gone. */
  readonly close: () => Promise<void>
}

/** Starts threads that read these parts. `readerPath`: the built file of a thread. */
export function startParts(
  readerPath: string,
  source: { readonly path: string; readonly fd: number },
  seal: ReadSeal,
  parts: readonly Part[],
  extract: PartExtract | null,
): PartPool {
  const control = new SharedArrayBuffer(CONTROL_WORDS * BigInt64Array.BYTES_PER_ELEMENT)
  const start: PartStart = {
    kind: 'parts',
    path: source.path,
    fd: source.fd,
    codec: seal.codec.kind,
    frames: shareFrames(seal),
    parts: shareParts(parts),
    control,
    extract,
  }
  systemCalls()?.shareArenas()
  const found: PartFound[] = []
  const placed: Placed[] = []
  let running = Math.min(MOST_THREADS, Math.max(2, countProcessors()), parts.length)
  let rejectWith: (thrown: unknown) => void = () => undefined
  const threads: OwnThread[] = []
  const outcome = new Promise<PartsFound>((resolve, reject) => {
    rejectWith = reject
    const take = (message: PartMessage) => {
      switch (message.kind) {
        case 'part':
          found[message.number] = message.found
          return
        case 'ended':
          running -= 1
          if (message.placed !== null) placed.push(message.placed)
          if (running === 0) resolve(Object.keys(found).length === parts.length ? { found, placed } : null)
          return
        case 'differs':
          return resolve(null)
        case 'failed':
          return reject(new ProblemError(message.problem))
        default:
          assertNever(message)
      }
    }
    for (let count = running; count > 0; count -= 1) {
      const options = {
        workerData: start,
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: OLD_MB },
      }
      let ended = false
      const thread = startOwnThread(readerPath, options, (message: PartMessage) => {
        ended ||= message.kind !== 'part'
        take(message)
      })
      const { worker } = thread
      worker.on('error', (error) => reject(fail('archive-worker-died', { text: error.message }, error)))
      worker.on('exit', (code) => {
        if (!ended) reject(fail('archive-worker-died', { text: `exit ${code}` }))
      })
      threads.push(thread)
    }
  })
  // It is met by whoever waits; until then it must not count as unhandled.
  outcome.catch(() => undefined)
  return {
    outcome,
    bytesDone: () => Number(Atomics.load(new BigInt64Array(control), BYTES_DONE)),
    fail: (thrown) => rejectWith(thrown),
    close: async () => {
      await Promise.all(threads.map((thread) => thread.end()))
    },
  }
}

function shareFrames({ frames }: ReadSeal): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(frames.length * ENTRY)
  const table = Buffer.from(shared)
  frames.forEach((frame, index) => {
    table.writeUInt32LE(frame.length, index * ENTRY)
    table.writeUInt32LE(frame.raw, index * ENTRY + 4)
    frame.sha256.copy(table, index * ENTRY + 8)
  })
  return shared
}

function shareParts(parts: readonly Part[]): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(parts.length * PART_NUMBERS * Float64Array.BYTES_PER_ELEMENT)
  const numbers = new Float64Array(shared)
  parts.forEach(({ firstFrame, frames, offset }, index) => {
    numbers.set([firstFrame, frames, offset], index * PART_NUMBERS)
  })
  return shared
}
