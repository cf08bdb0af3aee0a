import { readdirSync } from 'node:fs'
import { escapeName } from './member-name.ts'
import { failureOf, reading, SourceError } from './source-failure.ts'
import { createRecordList, kindOfStat } from './source-record.ts'
import { lstatBytes } from './stat-bytes.ts'

/** What a folder holds: a record for each name, in byte order of the names; sockets apart, as escaped absolute paths. */
export type Listing = { readonly records: Buffer; readonly sockets: readonly string[] }

const SLASH = 0x2f
/** No file system has longer names, nor the NUL behind them. */
const NAME = 4096

/**
 * Throws a `SourceError`. A pipe or a device in a target is refused by `archive-source-kind` (own decision): nothing of
 * the directory or mail servers is one, so it is a sign of a wrong target, and a restore would have to make it as the
 * superuser. A socket holds nothing and is left out with a warning.
 */
export function listFolder(path: Buffer, checkCancelled: () => void): Listing {
  // Every byte as the character of that number: their order is that of the bytes, and a name is no object more.
  const names = reading(path, (at) => readdirSync(at, { encoding: 'latin1' })).sort()
  return listNames(path.length === 1 ? path : Buffer.concat([path, Buffer.from([SLASH])]), names, checkCancelled)
}

/** The record of a place that no folder was listed for. */
export function listPlace(path: Buffer): Listing {
  return listNames(path, [''], () => undefined)
}

function listNames(folder: Buffer, names: readonly string[], checkCancelled: () => void): Listing {
  const records = createRecordList()
  const sockets: string[] = []
  const path = Buffer.alloc(folder.length + NAME)
  folder.copy(path)
  for (const name of names) {
    checkCancelled()
    const length = folder.length + name.length
    path.write(name, folder.length, 'latin1')
    path[length] = 0
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
  return { records: records.take(), sockets }
}

function statOf(path: Buffer, length: number): Buffer {
  try {
    return lstatBytes(path)
  } catch (thrown) {
    throw failureOf(path.subarray(0, length), thrown)
  }
}
