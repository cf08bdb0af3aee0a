import { endOf, namesIn } from './folder-names.ts'
import { escapeName } from './member-name.ts'
import { failureOf, reading, SourceError } from './source-failure.ts'
import { createRecordList, kindOfStat, recordSize } from './source-record.ts'
import { lstatBytes } from './stat-bytes.ts'

/**
 * What a folder holds, or the next part of it: a record for each name, in byte order of the names, in the first `length` bytes of
 * a room; sockets apart, as escaped absolute paths. `rest`: what is not looked at yet; null: nothing.
 */
export type Listed = {
  readonly length: number
  readonly sockets: readonly string[]
  readonly rest: RestOfFolder | null
}

/** All names of a folder (see `namesIn`), and where the next one begins. */
export type RestOfFolder = { readonly names: Buffer<ArrayBuffer>; readonly from: number }

/** Of a room for a listing: the records of a huge folder are not in memory all at once. */
export const LISTING_BYTES = 256 * 1024
const SLASH = 0x2f
/** No file system has longer names, nor the NUL behind them. */
const NAME = 4096

/**
 * The first names of a folder, or those at the beginning of its `rest`, as many as the room takes. Throws a `SourceError`. A pipe or a device in a target is
 * refused by `archive-source-kind` (own decision): nothing of the directory or mail servers is one, so it is a sign of a
 * wrong target, and a restore would have to make it as the superuser. A socket holds nothing and is left out with a warning.
 */
export function listFolder(path: Buffer, rest: RestOfFolder | null, room: Buffer, checkCancelled: () => void): Listed {
  const names = rest?.names ?? reading(path, (at) => namesIn(at, checkCancelled))
  return listNames(
    path.length === 1 ? path : Buffer.concat([path, Buffer.from([SLASH])]),
    names,
    rest?.from ?? 0,
    room,
    checkCancelled,
  )
}

/** The record of a place that no folder was listed for, and the socket that it is. */
export function listPlace(path: Buffer): { readonly records: Buffer; readonly sockets: readonly string[] } {
  const room = Buffer.alloc(recordSize(path.length))
  const { length, sockets } = listNames(path, Buffer.alloc(1), 0, room, () => undefined)
  return { records: room.subarray(0, length), sockets }
}

function listNames(
  folder: Buffer,
  names: Buffer<ArrayBuffer>,
  first: number,
  room: Buffer,
  checkCancelled: () => void,
): Listed {
  const records = createRecordList(room)
  const sockets: string[] = []
  const path = Buffer.alloc(folder.length + NAME)
  folder.copy(path)
  let from = first
  while (from < names.length) {
    checkCancelled()
    const end = endOf(names, from)
    names.copy(path, folder.length, from, end)
    const length = folder.length + end - from - 1
    const stat = statOf(path, length)
    const kind = kindOfStat(stat)
    if (kind === 'file' || kind === 'directory' || kind === 'symlink') {
      if (!records.add(path, length, stat)) break
    } else if (kind === 'socket') sockets.push(escapeName(path.subarray(0, length)))
    else {
      throw new SourceError({
        code: 'archive-source-kind',
        params: { path: escapeName(path.subarray(0, length)), kind },
      })
    }
    from = end
  }
  return { length: records.length(), sockets, rest: from < names.length ? { names, from } : null }
}

function statOf(path: Buffer, length: number): Buffer {
  try {
    return lstatBytes(path)
  } catch (thrown) {
    throw failureOf(path.subarray(0, length), thrown)
  }
}
