import { readdirSync } from 'node:fs'
import { escapeName } from './member-name.ts'
import { reading, SourceError } from './source-failure.ts'
import { createRecordList, kindOfStat } from './source-record.ts'
import { lstatBytes } from './stat-bytes.ts'

/** What a folder holds: a record for each name, in byte order of the names; sockets apart, as escaped absolute paths. */
export type Listing = { readonly records: Buffer; readonly sockets: readonly string[] }

const SLASH = Buffer.from('/')
const NUL = Buffer.alloc(1)
const NO_NAME = Buffer.alloc(0)

/**
 * Throws a `SourceError`. A pipe or a device in a target is refused by `archive-source-kind` (own decision): nothing of
 * the directory or mail servers is one, so it is a sign of a wrong target, and a restore would have to make it as the
 * superuser. A socket holds nothing and is left out with a warning.
 */
export function listFolder(path: Buffer, checkCancelled: () => void): Listing {
  const folder = path.length === 1 ? path : Buffer.concat([path, SLASH])
  const names = reading(path, (at) => readdirSync(at, { encoding: 'buffer' })).sort(Buffer.compare)
  return listNames(folder, names, checkCancelled)
}

/** The record of a place that no folder was listed for. */
export function listPlace(path: Buffer): Listing {
  return listNames(path, [NO_NAME], () => undefined)
}

function listNames(folder: Buffer, names: readonly Buffer[], checkCancelled: () => void): Listing {
  const records = createRecordList()
  const sockets: string[] = []
  for (const name of names) {
    checkCancelled()
    const terminated = Buffer.concat([folder, name, NUL])
    const path = terminated.subarray(0, -1)
    const stat = reading(path, () => lstatBytes(terminated))
    const kind = kindOfStat(stat)
    if (kind === 'socket') sockets.push(escapeName(path))
    else if (kind === 'file' || kind === 'directory' || kind === 'symlink') records.add(folder, name, stat)
    else {
      throw new SourceError({ code: 'archive-source-kind', params: { path: escapeName(path), kind } })
    }
  }
  return { records: records.take(), sockets }
}
