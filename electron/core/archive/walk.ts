import { type BigIntStats, lstatSync, readdirSync, realpathSync } from 'node:fs'
import { posix } from 'node:path'
import { fail, type ProblemError } from '../../../shared/model/problem.ts'
import { escapeName } from './member-name.ts'

/** Something that stands in a target: its absolute path in bytes, and what lstat said. */
export type Found = { readonly path: Buffer; readonly stat: BigIntStats }

const SLASH = Buffer.from('/')

/**
 * The places to walk: normalised, the real place of a target that is itself a symlink added (an archive that holds
 * only the link would have lost the data; own decision), and nothing twice. Throws `archive-target-missing`.
 */
export function placesToWalk(targets: readonly string[]): Buffer[] {
  const places = targets.flatMap((target) => {
    const place = posix.normalize(target).replace(/(?<=.)\/$/, '')
    try {
      return lstatSync(place).isSymbolicLink() ? [place, realpathSync(place)] : [place]
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') throw fail('archive-target-missing', { path: target }, thrown)
      throw unreadable(Buffer.from(target), thrown)
    }
  })
  const unique = [...new Set(places)]
  return unique
    .filter(
      (place) => !unique.some((other) => other !== place && place.startsWith(other === '/' ? other : `${other}/`)),
    )
    .map((place) => Buffer.from(place))
    .sort((one, other) => Buffer.compare(walkOrder(one), walkOrder(other)))
}

/** The walk's order as that of bytes: names are compared one by one, so a slash stands before everything else. */
export function walkOrder(path: Buffer): Buffer {
  return Buffer.from(path.map((byte) => (byte === 0x2f ? 0 : byte)))
}

/** Everything in and below the places, a folder before its content, names in byte order. Throws `archive-source-*`. */
export function* walk(places: readonly Buffer[]): Generator<Found> {
  const waiting = [...places].reverse()
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const stat = reading(path, lstatAt)
    yield { path, stat }
    if (!stat.isDirectory()) continue
    const folder = path.length === 1 ? path : Buffer.concat([path, SLASH])
    const names = reading(path, namesIn).sort(Buffer.compare)
    for (let at = names.length - 1; at >= 0; at -= 1) waiting.push(Buffer.concat([folder, names[at] ?? SLASH]))
  }
}

/** Calls a file system function on a source; what prevents it is a `Problem` that names the file. */
export function reading<Value>(path: Buffer, act: (path: Buffer) => Value): Value {
  try {
    return act(path)
  } catch (thrown) {
    const code = codeOf(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw fail('archive-source-vanished', { path: escapeName(path) }, thrown)
    if (code === 'ELOOP') throw fail('archive-source-changed', { path: escapeName(path) }, thrown)
    throw unreadable(path, thrown)
  }
}

function lstatAt(path: Buffer): BigIntStats {
  return lstatSync(path, { bigint: true })
}

function namesIn(path: Buffer): Buffer[] {
  return readdirSync(path, { encoding: 'buffer' })
}

function unreadable(path: Buffer, thrown: unknown): ProblemError {
  return fail('archive-source-unreadable', { path: escapeName(path), text: codeOf(thrown) }, thrown)
}

function codeOf(thrown: unknown): string {
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code
  return String(thrown)
}
