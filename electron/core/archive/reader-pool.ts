import { FRAME_BYTES } from './codec.ts'
import { STORED, storedFrame } from './codec-zstd.ts'
import type { Lane, PackedFrame } from './frame-writer.ts'
import { digestOfHex } from './hash.ts'
import { LISTING_BYTES, type RestOfFolder } from './list-folder.ts'
import { countProcessors, processorTimes } from './processors.ts'
import type { Piece } from './read-members.ts'
import { asBuffer, type OwnerNames, type Packed, type ReaderRequest, viewOf } from './reader.ts'
import { type Asked, inlineReader, type Reader, threadReader } from './reader-thread.ts'
import { newRooms, roomsOf } from './rooms.ts'
import { systemCalls } from './system-calls.ts'

/**
 * Rooms of a reader: one is being filled while the others are compressed, or wait for their turn in the output; with three of them those
 * who compress a large file waited for the one who reads it. Their number bounds the writer's memory.
 */
const ROOMS = 5
/** And the one into which it compresses. */
const ROOMS_OF_READER = ROOMS + 1
/** Rooms for what is no member's content. */
const OWN_ROOMS = 3
/** For what is listed ahead and for the folders of the path where the walk is; a deeper one takes memory of its own. */
const LISTING_ROOMS = 48
/** Each has a heap, a compressor and rooms of its own, some 20 MB. */
const MOST_READERS = 4
/** How often it is asked whether the processors have nothing to do, which more readers could change. */
const LOOK_MS = 100
/**
 * With so much of the processors' time unused the disk is what everybody waits for: a reader more is started. What cannot be
 * compressed leaves a quarter of it unused, too, on the way from thread to thread, where one more would not help.
 */
const IDLE_SHARE = 0.35

/** Takes the pieces of one stream. `push` resolves once the bytes may be overwritten; `packed`: see `Lane`. */
export type PieceTarget = {
  readonly push: (bytes: Buffer, piece: Piece, packed: Promise<PackedFrame> | null) => Promise<void>
  readonly end: () => void
}

/** A folder's records, which hold good until it is let go; see `Listed`. */
export type Listing = {
  readonly records: Buffer
  readonly sockets: readonly string[]
  readonly rest: RestOfFolder | null
  readonly letGo: () => void
}

/** A room of the caller's own. */
type Room = {
  readonly bytes: Buffer
  /** Puts the first `length` bytes into the lane. The room is not to be used afterwards. */
  readonly put: (lane: Lane, length: number) => void
}

/**
 * Readers that list folders, read members and make frames of them side by side: threads of their own once there is
 * enough to do, this very thread before that. On a warm cache two of them keep two processors busy; while the processors
 * wait for a cold disk, more are started, because a disk answers many questions at once sooner than one after another.
 */
export type ReaderPool = {
  /** What a folder holds, or the next part of it; `rest` is given away with that, `path` has to hold good until it resolves. */
  readonly list: (path: Buffer, rest?: RestOfFolder | null) => Promise<Listing>
  /**
   * Reads what `next` gives (null: there is no more), jobs one after another, whose records are given away, each into the target of the same call;
   * resolves when all targets have all of it.
   */
  readonly readAll: (
    next: () => { readonly records: Buffer; readonly target: PieceTarget } | null,
    owners: OwnerNames,
  ) => Promise<void>
  /** Resolves with a room once one is free. */
  readonly room: () => Promise<Room>
  /** There is a lot to do: from now on threads read. */
  readonly expectMuch: () => void
  /** Ends all readers, wherever they are; resolves when they are gone. */
  readonly close: () => Promise<void>
}

type Seat = {
  readonly reader: Reader
  readonly free: number[]
  /** Whose names the reader knows. */
  owners: OwnerNames | null
  target: PieceTarget | null
  busy: boolean
}
type Task = { readonly request: ReaderRequest; readonly done: (answer: Asked) => void }
type Reading = {
  readonly next: () => { readonly records: Buffer; readonly target: PieceTarget } | null
  readonly owners: OwnerNames
  readonly finished: () => void
  jobsLeft: boolean
  open: number
}

/**
 * `readerPath`: the built file of the reader's thread; without it everything is done by the calling thread. `level`: at
 * which readers make zstd frames of what they read; null: somebody else does.
 */
export function createReaderPool(readerPath: string | undefined, level: number | null = null): ReaderPool {
  const stop = new SharedArrayBuffer(4)
  const memory = newRooms(MOST_READERS * ROOMS_OF_READER + OWN_ROOMS)
  const rooms = roomsOf(memory)
  const listings = newRooms(LISTING_ROOMS, LISTING_BYTES)
  const listingRooms = roomsOf(listings, LISTING_BYTES)
  const freeListings = listingRooms.map((_, number) => number)
  const seats: Seat[] = []
  const tasks: Task[] = []
  const own = Array.from({ length: OWN_ROOMS }, (_, index) => MOST_READERS * ROOMS_OF_READER + index)
  const ownWanted: (() => void)[] = []
  const outcome = createOutcome()
  let threads = false
  let timer: NodeJS.Timeout | null = null
  let reading: Reading | null = null

  const bytesOf = (room: number, length: number): Buffer => {
    const bytes = rooms[room]
    if (bytes === undefined) throw new Error(`room ${room}`)
    return bytes.subarray(0, length)
  }
  const frameOf = ({ room, length, sha256 }: Packed): PackedFrame => {
    const bytes = bytesOf(room, length)
    return { pieces: level === STORED ? storedFrame(bytes) : [bytes], sha256: digestOfHex(sha256) }
  }
  const ask = (request: ReaderRequest): Promise<Asked> =>
    outcome.unlessFailed(
      new Promise((done) => {
        tasks.push({ request, done })
        work()
      }),
    )
  /** A frame of a room's bytes by whoever has time; null when nobody is to make it. */
  const pack = (room: number, length: number): Promise<Packed> | null => {
    if (level === null || length === 0) return null
    return ask({ kind: 'pack', room, length, level }).then((answer) => {
      if (answer.kind !== 'packed') throw new Error(answer.kind)
      return answer.packed
    })
  }
  const work = () => {
    for (const seat of seats) if (!seat.busy) void serve(seat).catch(outcome.fail)
    if (reading !== null && !reading.jobsLeft && reading.open === 0) reading.finished()
  }
  /** What a reader does next: its stream as long as there is room, else what anybody can do, else the next job. */
  const serve = async (seat: Seat): Promise<void> => {
    const [room] = seat.free
    if (reading !== null && seat.target !== null && room !== undefined)
      return fill(seat, reading, seat.target, { kind: 'more', room, level }, room)
    const unknown = reading !== null && seat.owners !== reading.owners ? reading.owners : null
    const task =
      unknown === null
        ? tasks.shift()
        : { request: { kind: 'owners', owners: unknown } as const, done: () => undefined }
    if (task !== undefined) {
      seat.busy = true
      seat.owners = unknown ?? seat.owners
      task.done(await seat.reader.ask(task.request))
      seat.busy = false
      return work()
    }
    if (reading === null || seat.target !== null || room === undefined || !reading.jobsLeft) return
    const job = reading.next()
    if (job === null) {
      reading.jobsLeft = false
      return
    }
    reading.open += 1
    seat.target = job.target
    return fill(seat, reading, job.target, { kind: 'read', records: job.records, room, level }, room)
  }
  const fill = async (seat: Seat, of: Reading, target: PieceTarget, request: ReaderRequest, room: number) => {
    seat.free.shift()
    seat.busy = true
    const answer = await seat.reader.ask(request)
    if (answer.kind !== 'piece') throw new Error(answer.kind)
    const { piece, done } = answer
    const packed = answer.packed === null ? pack(room, piece.filled) : Promise.resolve(answer.packed)
    const frame = packed?.then(frameOf) ?? null
    // Its failure is met by whom it is handed to; should that not come about, it must not count as unhandled.
    frame?.catch(() => undefined)
    const pushed = target.push(bytesOf(room, piece.filled), piece, frame)
    if (done) {
      seat.target = null
      target.end()
    }
    seat.busy = false
    work()
    await pushed
    seat.free.push(packed === null ? room : (await packed).room)
    if (done) of.open -= 1
    work()
  }
  const addReader = () => {
    const from = seats.length * ROOMS_OF_READER
    const start = { memory, listings, spare: from + ROOMS, stop }
    const threaded = threads && readerPath !== undefined
    const reader = threaded ? threadReader(readerPath, start, outcome.fail) : inlineReader(start)
    const free = Array.from({ length: ROOMS }, (_, index) => from + index)
    const seat: Seat = { reader, free, owners: null, target: null, busy: false }
    seats.push(seat)
    work()
  }
  const growWhenIdle = () => {
    let before = processorTimes()
    return setInterval(() => {
      const now = processorTimes()
      const idleShare = (now.idle - before.idle) / Math.max(now.all - before.all, 1)
      before = now
      if (idleShare > IDLE_SHARE && seats.length < MOST_READERS && seats.every(({ busy }) => busy)) addReader()
    }, LOOK_MS)
  }

  addReader()
  return {
    list: async (path, rest = null) => {
      const room = freeListings.pop() ?? null
      const answer = await ask({ kind: 'list', path, rest, room })
      if (answer.kind !== 'listed') throw new Error(answer.kind)
      const { own, listed } = answer
      const bytes = own === null ? listingRooms[room ?? -1]?.subarray(0, listed.length) : asBuffer(own)
      if (bytes === undefined) throw new Error(`room ${room}`)
      const letGo = () => {
        if (room !== null) freeListings.push(room)
      }
      return { records: bytes, sockets: listed.sockets, rest: viewOf(listed.rest), letGo }
    },
    readAll: (next, owners) => {
      const finished = new Promise<void>((resolve) => {
        reading = { next, owners, finished: resolve, jobsLeft: true, open: 0 }
        work()
      })
      return outcome.unlessFailed(finished).finally(() => {
        reading = null
      })
    },
    room: async () => {
      while (own.length === 0) await outcome.unlessFailed(new Promise<void>((resolve) => ownWanted.push(resolve)))
      const room = own.pop()
      if (room === undefined) throw new Error('no room')
      return {
        bytes: bytesOf(room, FRAME_BYTES),
        put: (lane, length) => {
          const packed = pack(room, length)
          const pushed = lane.push(bytesOf(room, length), packed?.then(frameOf) ?? null)
          const free = async () => {
            await pushed
            own.push(packed === null ? room : (await packed).room)
            ownWanted.shift()?.()
          }
          free().catch(outcome.fail)
        },
      }
    },
    expectMuch: () => {
      if (threads || readerPath === undefined) return
      threads = true
      systemCalls()?.shareArenas()
      // The calling thread has enough to do from now on.
      seats.splice(0)
      for (let count = 0; count < Math.min(2, countProcessors()); count += 1) addReader()
      timer = growWhenIdle()
    },
    close: async () => {
      if (timer !== null) clearInterval(timer)
      Atomics.store(new Int32Array(stop), 0, 1)
      await Promise.all(seats.map(({ reader }) => reader.end()))
    },
  }
}

/** The first failure of anybody, and a way to wait for something unless there is one. */
function createOutcome() {
  const waiting = new Set<(thrown: unknown) => void>()
  let failed: { readonly thrown: unknown } | null = null
  return {
    fail: (thrown: unknown) => {
      failed ??= { thrown }
      for (const reject of waiting) reject(failed.thrown)
      waiting.clear()
    },
    unlessFailed: <Value>(promise: Promise<Value>): Promise<Value> =>
      new Promise((resolve, reject) => {
        if (failed !== null) return reject(failed.thrown)
        waiting.add(reject)
        promise.then(resolve, reject).finally(() => waiting.delete(reject))
      }),
  }
}
