import type { MessagePort } from 'node:worker_threads'
import { assertNever } from '../../../shared/model/assert-never.ts'
import { type Listing, listFolder } from './list-folder.ts'
import { createPlainFiles } from './plain-member.ts'
import { type Piece, readMembers } from './read-members.ts'
import { codeOf, SourceError, type SourceFailure } from './source-failure.ts'
import { systemCalls } from './system-calls.ts'

/** What a reader is started with. All memory is shared; `stop`: one word, anything but 0 means "end now". */
export type ReaderStart = {
  readonly rooms: readonly SharedArrayBuffer[]
  readonly stop: SharedArrayBuffer
}

/**
 * `list`: what a folder holds. `owners`: names for what is read from now on. `read`: the tar stream of these records,
 * the first piece of it into the room of that number; `more`: the next piece. A reader has one stream at a time.
 */
export type ReaderRequest =
  | { readonly kind: 'list'; readonly path: Uint8Array }
  | { readonly kind: 'owners'; readonly owners: OwnerNames }
  | { readonly kind: 'read'; readonly records: Uint8Array; readonly room: number }
  | { readonly kind: 'more'; readonly room: number }

export type OwnerNames = {
  readonly users: ReadonlyMap<number, string>
  readonly groups: ReadonlyMap<number, string>
}

/** `done`: the stream ends with this piece. */
export type ReaderAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'listed'; readonly listing: Listing }
  | { readonly kind: 'piece'; readonly room: number; readonly piece: Piece; readonly done: boolean }
  | { readonly kind: 'failed'; readonly failure: SourceFailure | { readonly code: 'internal'; readonly text: string } }

/** Handles requests, each synchronously; what it throws becomes an answer. */
export function createReader(start: ReaderStart): (request: ReaderRequest) => ReaderAnswer {
  const stop = new Int32Array(start.stop)
  const rooms = start.rooms.map((room) => Buffer.from(room))
  const calls = systemCalls()
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
  const next = (number: number): ReaderAnswer => {
    if (stream === null) throw new Error('no stream')
    const { value, done } = stream.next(roomOf(number))
    if (done === true) stream = null
    return { kind: 'piece', room: number, piece: value, done: done === true }
  }
  const answer = (request: ReaderRequest): ReaderAnswer => {
    checkCancelled()
    switch (request.kind) {
      case 'list':
        return { kind: 'listed', listing: listFolder(asBuffer(request.path), checkCancelled) }
      case 'owners':
        owners = request.owners
        plainFiles = createPlainFiles(owners)
        return { kind: 'ready' }
      case 'read':
        stream = readMembers(asBuffer(request.records), roomOf(request.room), {
          calls,
          ...owners,
          plainFiles,
          checkCancelled,
        })
        return next(request.room)
      case 'more':
        return next(request.room)
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

/** Sends an answer with its bytes handed over and not copied. */
export function postAnswer(answer: ReaderAnswer, port: MessagePort): void {
  switch (answer.kind) {
    case 'listed': {
      const records = alone(answer.listing.records)
      port.postMessage({ ...answer, listing: { ...answer.listing, records } }, [records.buffer])
      return
    }
    case 'piece': {
      const lines = alone(answer.piece.lines)
      port.postMessage({ ...answer, piece: { ...answer.piece, lines } }, [lines.buffer])
      return
    }
    case 'ready':
    case 'failed':
      port.postMessage(answer)
      return
    default:
      assertNever(answer)
  }
}

/** Messages carry plain arrays; this is a view and no copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
