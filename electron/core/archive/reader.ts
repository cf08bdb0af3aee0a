import type { MessagePort } from 'node:worker_threads'
import { assertNever } from '../../../shared/model/assert-never.ts'
import { FRAME_BYTES } from './codec.ts'
import { STORED, storedFrame } from './codec-zstd.ts'
import { newSha256, sha256Hex } from './hash.ts'
import { LISTING_BYTES, type Listed, listFolder, type RestOfFolder } from './list-folder.ts'
import { createPlainFiles } from './plain-member.ts'
import { type Piece, readMembers } from './read-members.ts'
import { roomsOf } from './rooms.ts'
import { codeOf, SourceError, type SourceFailure } from './source-failure.ts'
import { systemCalls } from './system-calls.ts'
import { zstdLibrary } from './zstd-library.ts'

/**
 * What a reader is started with. All memory is shared, see `rooms.ts`; `spare`: the room that is its own to begin with;
 * `listings`: rooms for those; `stop`: one word, anything but 0 means "end now".
 */
export type ReaderStart = {
  readonly memory: SharedArrayBuffer
  readonly listings: SharedArrayBuffer
  readonly spare: number
  readonly stop: SharedArrayBuffer
}

/**
 * `list`: what a folder holds, or the next part of it, into the room for listings of that number; null: into memory of its own. `owners`: names for what is read from now on. `read`: the tar stream of these records,
 * the first piece of it into the room of that number; `more`: the next piece. A reader has one stream at a time, and
 * makes a frame of its last piece at once where a level is given. `pack`: a frame of the room's first bytes.
 */
export type ReaderRequest =
  | {
      readonly kind: 'list'
      readonly path: Uint8Array
      readonly rest: RestOfFolder | null
      readonly room: number | null
    }
  | { readonly kind: 'owners'; readonly owners: OwnerNames }
  | { readonly kind: 'read'; readonly records: Uint8Array; readonly room: number; readonly level: number | null }
  | { readonly kind: 'more'; readonly room: number; readonly level: number | null }
  | { readonly kind: 'pack'; readonly room: number; readonly length: number; readonly level: number }

/**
 * A frame that stands in the first bytes of `room`: not the one in which the bytes were, which the reader has kept in
 * exchange. Not compressed frames are those bytes where they were, with little in between (`storedFrame`).
 */
export type Packed = { readonly room: number; readonly length: number; readonly sha256: string }

export type OwnerNames = {
  readonly users: ReadonlyMap<number, string>
  readonly groups: ReadonlyMap<number, string>
}

/** `own`: the listing's records where it was given no room. `done`: the stream ends with this piece. */
export type ReaderAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'listed'; readonly listed: Listed; readonly own: Uint8Array<ArrayBuffer> | null }
  | { readonly kind: 'piece'; readonly piece: Piece; readonly done: boolean; readonly packed: Packed | null }
  | { readonly kind: 'packed'; readonly packed: Packed }
  | { readonly kind: 'failed'; readonly failure: SourceFailure | { readonly code: 'internal'; readonly text: string } }

/** Handles requests, each synchronously; what it throws becomes an answer. */
export function createReader(start: ReaderStart): (request: ReaderRequest) => ReaderAnswer {
  const stop = new Int32Array(start.stop)
  const rooms = roomsOf(start.memory)
  const listings = roomsOf(start.listings, LISTING_BYTES)
  let { spare } = start
  // Loaded now, before anybody may end this thread.
  const calls = systemCalls()
  zstdLibrary()
  let owners: OwnerNames = { users: new Map(), groups: new Map() }
  let plainFiles = createPlainFiles(owners)
  let stream: Generator<Piece, Piece, Buffer> | null = null
  const checkCancelled = () => {
    if (Atomics.load(stop, 0) !== 0) throw new SourceError({ code: 'cancelled', params: {} })
  }
  const roomOf = (number: number): Buffer => {
    const room = rooms[number]
    if (room === undefined) throw new Error(`room ${number}`)
    return room
  }
  const rawOf = (number: number): Buffer => roomOf(number).subarray(0, FRAME_BYTES)
  const pack = (number: number, length: number, level: number): Packed => {
    const raw = roomOf(number).subarray(0, length)
    if (level === STORED) return { room: number, length, sha256: sha256OfPieces(storedFrame(raw)) }
    const library = zstdLibrary()
    if (library === null) throw new Error('no zstd library')
    const out = roomOf(spare)
    const packed = library.compress(raw, out, level)
    const answer = { room: spare, length: packed, sha256: sha256Hex(out.subarray(0, packed)) }
    spare = number
    return answer
  }
  const next = (number: number, level: number | null): ReaderAnswer => {
    if (stream === null) throw new Error('no stream')
    const { value, done } = stream.next(rawOf(number))
    if (done === true) stream = null
    const whole = done === true && level !== null && value.filled > 0
    return {
      kind: 'piece',
      piece: value,
      done: done === true,
      packed: whole ? pack(number, value.filled, level) : null,
    }
  }
  const list = ({ path, rest, room: number }: ReaderRequest & { readonly kind: 'list' }): ReaderAnswer => {
    const room = number === null ? Buffer.allocUnsafe(LISTING_BYTES) : listings[number]
    if (room === undefined) throw new Error(`room ${number}`)
    const listed = listFolder(asBuffer(path), viewOf(rest), room, checkCancelled)
    return { kind: 'listed', listed, own: number === null ? alone(room.subarray(0, listed.length)) : null }
  }
  const answer = (request: ReaderRequest): ReaderAnswer => {
    checkCancelled()
    switch (request.kind) {
      case 'list':
        return list(request)
      case 'owners':
        owners = request.owners
        plainFiles = createPlainFiles(owners)
        return { kind: 'ready' }
      case 'read':
        stream = readMembers(asBuffer(request.records), rawOf(request.room), {
          calls,
          ...owners,
          plainFiles,
          checkCancelled,
        })
        return next(request.room, request.level)
      case 'more':
        return next(request.room, request.level)
      case 'pack':
        return { kind: 'packed', packed: pack(request.room, request.length, request.level) }
      default:
        return assertNever(request)
    }
  }
  return (request) => {
    try {
      return answer(request)
    } catch (thrown) {
      if (thrown instanceof SourceError) return { kind: 'failed', failure: thrown.failure }
      const text = thrown instanceof Error ? thrown.message : codeOf(thrown)
      return { kind: 'failed', failure: { code: 'internal', text } }
    }
  }
}

/** Bytes alone in memory of their own, which a message can hand over; a view into more would be copied with all of that. */
export function alone(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

/** The same without a copy of what is alone already; the bytes are not to be used afterwards. */
export function givenAway(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length ? new Uint8Array(buffer) : alone(bytes)
}

function sha256OfPieces(pieces: readonly Buffer[]): string {
  const hash = newSha256()
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

/** Sends an answer with its bytes handed over and not copied. */
export function postAnswer(answer: ReaderAnswer, port: MessagePort): void {
  switch (answer.kind) {
    case 'listed': {
      const { own, listed } = answer
      const given = [own, listed.rest?.names].flatMap((bytes) => (bytes == null ? [] : [bytes.buffer]))
      port.postMessage(answer, given)
      return
    }
    case 'piece': {
      const lines = givenAway(answer.piece.lines)
      port.postMessage({ ...answer, piece: { ...answer.piece, lines } }, [lines.buffer])
      return
    }
    case 'packed':
    case 'ready':
    case 'failed':
      port.postMessage(answer)
      return
    default:
      assertNever(answer)
  }
}

/** Messages carry plain arrays; this is a view and no copy. */
export function asBuffer(bytes: Uint8Array<ArrayBuffer>): Buffer<ArrayBuffer>
export function asBuffer(bytes: Uint8Array): Buffer
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The same of what a message carries of a folder. */
export function viewOf(rest: RestOfFolder | null): RestOfFolder | null {
  return rest === null ? null : { ...rest, names: asBuffer(rest.names) }
}
