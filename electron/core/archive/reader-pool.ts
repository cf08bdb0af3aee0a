import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { fail } from '../../../shared/model/problem.ts'
import { FRAME_BYTES } from './codec.ts'
import type { Listing } from './list-folder.ts'
import { countProcessors, processorTimes } from './processors.ts'
import type { Piece } from './read-members.ts'
import {
  alone,
  asBuffer,
  createReader,
  type OwnerNames,
  type ReaderAnswer,
  type ReaderRequest,
  type ReaderStart,
} from './reader.ts'
import { sourceProblem } from './source-problem.ts'

/** Rooms of a reader: one is being filled while the others are compressed. Their number bounds the writer's memory. */
const ROOMS = 3
const MOST_READERS = 8
/** How often it is asked whether the processors have nothing to do, which more readers could change. */
const LOOK_MS = 100
/** With so much of the processors' time unused the disk is what everybody waits for: a reader more is started. */
const IDLE_SHARE = 0.25
const YOUNG_MB = 4
const NOTHING = Buffer.alloc(0)

/** Takes the pieces of one stream. `push` resolves once the bytes may be overwritten. */
export type PieceTarget = {
  readonly push: (bytes: Buffer, piece: Piece) => Promise<void>
  readonly end: () => void
}

/**
 * Readers that list folders and read members side by side: threads of their own once there is enough to do, this very
 * thread before that. On a warm cache two of them keep two processors busy; while the processors wait for a cold disk,
 * more are started, because a disk answers many questions at once sooner than one after another.
 */
export type ReaderPool = {
  readonly list: (path: Buffer) => Promise<Listing>
  /**
   * Reads what `next` gives, jobs one after another (null: there is no more), each into the target of the same call;
   * resolves when all targets have all of it.
   */
  readonly readAll: (
    next: () => { readonly records: Buffer; readonly target: PieceTarget } | null,
    owners: OwnerNames,
  ) => Promise<void>
  /** There is a lot to do: from now on threads read. */
  readonly expectMuch: () => void
  /** Ends all readers, wherever they are; resolves when they are gone. */
  readonly close: () => Promise<void>
}

/** `readerPath`: the built file of the reader's thread; without it everything is read by the calling thread. */
export function createReaderPool(readerPath: string | undefined): ReaderPool {
  const stop = new SharedArrayBuffer(4)
  const readers: Reader[] = []
  const idle: Reader[] = []
  const wanted: (() => void)[] = []
  const outcome = createOutcome()
  let threads = false
  let timer: NodeJS.Timeout | null = null
  let onReader: ((reader: Reader) => void) | null = null

  const release = (reader: Reader) => {
    if (!readers.includes(reader)) return
    idle.push(reader)
    wanted.shift()?.()
  }
  const addReader = () => {
    const reader =
      threads && readerPath !== undefined ? threadReader(readerPath, stop, outcome.fail) : inlineReader(stop)
    readers.push(reader)
    if (onReader === null) release(reader)
    else onReader(reader)
  }
  const growWhenIdle = () => {
    let before = processorTimes()
    return setInterval(() => {
      const now = processorTimes()
      const idleShare = (now.idle - before.idle) / Math.max(now.all - before.all, 1)
      before = now
      if (idleShare > IDLE_SHARE && readers.length < MOST_READERS && idle.length === 0) addReader()
    }, LOOK_MS)
  }

  addReader()
  return {
    list: async (path) => {
      while (idle.length === 0) await outcome.unlessFailed(new Promise<void>((resolve) => wanted.push(resolve)))
      const reader = idle.pop()
      if (reader === undefined) throw new Error('no reader')
      const answer = await outcome.unlessFailed(reader.ask({ kind: 'list', path }))
      release(reader)
      if (answer.kind !== 'listed') throw new Error(answer.kind)
      return { ...answer.listing, records: asBuffer(answer.listing.records) }
    },
    readAll: (next, owners) => {
      const finished = new Promise<void>((resolve) => {
        let jobsLeft = true
        let open = 0
        const targets = new Map<Reader, PieceTarget>()
        const free = new Map<Reader, number[]>()
        const asking = new Set<Reader>()
        const serve = (reader: Reader) => {
          const rooms = free.get(reader) ?? []
          const room = rooms[0]
          if (room === undefined || asking.has(reader)) return
          let target = targets.get(reader)
          let request: ReaderRequest = { kind: 'more', room }
          if (target === undefined) {
            const job = jobsLeft ? next() : null
            if (job === null) {
              jobsLeft = false
              if (open === 0) resolve()
              return
            }
            open += 1
            target = job.target
            targets.set(reader, target)
            request = { kind: 'read', records: job.records, room }
          }
          rooms.shift()
          asking.add(reader)
          fill(reader, target, request, room).catch(outcome.fail)
        }
        const fill = async (reader: Reader, target: PieceTarget, request: ReaderRequest, room: number) => {
          const answer = await reader.ask(request)
          if (answer.kind !== 'piece') throw new Error(answer.kind)
          const { piece, done } = answer
          const pushed = target.push((reader.rooms[room] ?? NOTHING).subarray(0, piece.filled), piece)
          asking.delete(reader)
          if (done) {
            targets.delete(reader)
            target.end()
          }
          serve(reader)
          await pushed
          free.get(reader)?.push(room)
          if (done) open -= 1
          serve(reader)
        }
        onReader = (reader) => {
          free.set(
            reader,
            reader.rooms.map((_, index) => index),
          )
          reader
            .ask({ kind: 'owners', owners })
            .then(() => serve(reader))
            .catch(outcome.fail)
        }
        for (const reader of [...readers]) onReader(reader)
      })
      return outcome.unlessFailed(finished).finally(() => {
        onReader = null
      })
    },
    expectMuch: () => {
      if (threads || readerPath === undefined) return
      threads = true
      // The calling thread has enough to do from now on.
      readers.splice(0)
      idle.splice(0)
      for (let count = 0; count < Math.min(2, countProcessors()); count += 1) addReader()
      timer = growWhenIdle()
    },
    close: async () => {
      if (timer !== null) clearInterval(timer)
      Atomics.store(new Int32Array(stop), 0, 1)
      await Promise.all(readers.map((reader) => reader.end()))
    },
  }
}

/** The first failure of anybody, and a way to wait for something unless there is one. */
function createOutcome() {
  let failWith: (thrown: unknown) => void = () => undefined
  const failed = new Promise<never>((_, reject) => {
    failWith = reject
  })
  // It is met by whoever waits; until then it must not count as unhandled.
  failed.catch(() => undefined)
  return {
    fail: (thrown: unknown) => failWith(thrown),
    unlessFailed: <Value>(promise: Promise<Value>): Promise<Value> => Promise.race([promise, failed]),
  }
}

type Asked = Exclude<ReaderAnswer, { readonly kind: 'failed' }>

/** Answers in the order in which it is asked; rejects with a `Problem`. */
type Reader = {
  readonly rooms: readonly Buffer[]
  readonly ask: (request: ReaderRequest) => Promise<Asked>
  readonly end: () => Promise<void>
}

function newStart(stop: SharedArrayBuffer): ReaderStart {
  return { rooms: Array.from({ length: ROOMS }, () => new SharedArrayBuffer(FRAME_BYTES)), stop }
}

function inlineReader(stop: SharedArrayBuffer): Reader {
  const start = newStart(stop)
  const read = createReader(start)
  return {
    rooms: start.rooms.map((room) => Buffer.from(room)),
    ask: async (request) => {
      await setImmediate()
      return unlessFailure(read(request))
    },
    end: async () => undefined,
  }
}

function threadReader(readerPath: string, stop: SharedArrayBuffer, fallen: (thrown: unknown) => void): Reader {
  const start = newStart(stop)
  // What a reader allocates is short-lived; room for more would only stay unused in every one of them.
  const worker = new Worker(readerPath, { workerData: start, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } })
  const waiting: ((answer: ReaderAnswer) => void)[] = []
  worker.on('message', (answer: ReaderAnswer) => waiting.shift()?.(answer))
  worker.on('error', (error) => fallen(fail('archive-worker-died', { text: error.message }, error)))
  worker.on('exit', (code) => fallen(fail('archive-worker-died', { text: `exit ${code}` })))
  return {
    rooms: start.rooms.map((room) => Buffer.from(room)),
    ask: async (request) => {
      const answer = await new Promise<ReaderAnswer>((resolve) => {
        waiting.push(resolve)
        if (request.kind !== 'read') return worker.postMessage(request)
        const records = alone(request.records)
        worker.postMessage({ ...request, records }, [records.buffer])
      })
      return unlessFailure(answer)
    },
    end: async () => {
      await worker.terminate()
    },
  }
}

function unlessFailure(answer: ReaderAnswer): Asked {
  if (answer.kind !== 'failed') return answer
  const { failure } = answer
  throw failure.code === 'internal' ? new Error(failure.text) : sourceProblem(failure)
}
