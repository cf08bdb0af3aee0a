import { FRAME_BYTES } from './codec.ts'
import { boundOf } from './zstd-library.ts'

/**
 * Memory that all readers of a job share, in rooms of one size: a room holds a piece of the tar stream, or the frame that
 * it became; those of another memory hold listings. What nobody has touched yet takes no memory.
 */
const ROOM_BYTES = 4096 * Math.ceil(boundOf(FRAME_BYTES) / 4096)

export function newRooms(count: number, bytes = ROOM_BYTES): SharedArrayBuffer {
  return new SharedArrayBuffer(count * bytes)
}

/** All rooms of the memory. */
export function roomsOf(memory: SharedArrayBuffer, bytes = ROOM_BYTES): readonly Buffer[] {
  return Array.from({ length: memory.byteLength / bytes }, (_, number) => Buffer.from(memory, number * bytes, bytes))
}
