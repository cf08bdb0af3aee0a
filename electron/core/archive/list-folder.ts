import { endOf, namesIn } from './folder-names.ts'
import { escapeName } from './member-name.ts'
import { failureOf, reading, SourceError } from './source-failure.ts'
import { createRecordList, kindOfStat } from './source-record.ts'
import { lstatBytes } from './stat-bytes.ts'

/**
 * What a folder holds, or the next part of it: a record for each name, in byte order of the names, in memory of their own; sockets
 * apart, as escaped absolute paths. `rest`: what is not looked at yet; null: nothing.
 */
export type Listing = {
  readonly records: Buffer<ArrayBuffer>
  readonly sockets: readonly string[]
  readonly rest: RestOfFolder | null
}

/** All names of a folder (see `namesIn`), and where the next one begins. */
export type RestOfFolder = { readonly names: Buffer<ArrayBuffer>; readonly from: number }

/** Names of one listing at most, so that the records of a huge folder are not in memory all at once. */
const NAMES = 4096
const SLASH = 0x2f
/** No file system has longer names, nor the NUL behind them. */
const NAME = 4096

/**
 * The first names of a folder, or those at the beginning of its `rest`. Throws a `SourceError`. A pipe or a device in a target is
 * refused by `archive-source-kind` (own decision): nothing of the directory or mail servers is one, so it is a sign of a
 * wrong target, and a restore would have to make it as the superuser. A socket holds nothing and is left out with a warning.
 */
export function listFolder(path: Buffer, rest: RestOfFolder | null, checkCancelled: () => void): Listing {
  const names = rest?.names ?? reading(path, (at) => namesIn(at, checkCancelled))
  return listNames(
    path.length === 1 ? path : Buffer.concat([path, Buffer.from([SLASH])]),
    names,
    rest?.from ?? 0,
    checkCancelled,
  )
}

/** The record of a place that no folder was listed for. */
export function listPlace(path: Buffer): Listing {
  return listNames(path, Buffer.alloc(1), 0, () => undefined)
}

function listNames(folder: Buffer, names: Buffer<ArrayBuffer>, first: number, checkCancelled: () => void): Listing {
  const records = createRecordList()
  const sockets: string[] = []
  const path = Buffer.alloc(folder.length + NAME)
  folder.copy(path)
  let from = first
  for (let count = 0; count < NAMES && from < names.length; count += 1) {
    checkCancelled()
    const end = endOf(names, from)
    names.copy(path, folder.length, from, end)
    const length = folder.length + end - from - 1
    from = end
    const stat = statOf(path, length)
    const kind = kindOfStat(stat)
    if (kind === 'file' || kind === 'directory' || kind === 'symlink') records.add(path, length, stat)
    else if (kind === 'socket') sockets.push(escapeName(path.subarray(0, length)))
    else {
      throw new SourceError({
        code: 'archive-source-kind',
        params: { path: escapeName(path.subarray(0, length)), kind },
      })
    }
  }
  return { records: records.take(), sockets, rest: from < names.length ? { names, from } : null }
}

function statOf(path: Buffer, length: number): Buffer {
  try {
    return lstatBytes(path)
  } catch (thrown) {
    throw failureOf(path.subarray(0, length), thrown)
  }
}
