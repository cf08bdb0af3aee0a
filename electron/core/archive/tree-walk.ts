import { lstatSync, realpathSync } from 'node:fs'
import { posix } from 'node:path'
import { fail } from '../../../shared/model/problem.ts'
import { listPlace } from './list-folder.ts'
import type { Listing, ReaderPool } from './reader-pool.ts'
import { codeOf } from './source-failure.ts'
import { readingHere } from './source-problem.ts'
import { kindOf, pathOf, recordLength } from './source-record.ts'

/** Folders that are listed ahead of the one whose turn it is. */
const AHEAD = 32

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
      const code = codeOf(thrown)
      if (code === 'ENOENT') throw fail('archive-target-missing', { path: target }, thrown)
      throw fail('archive-source-unreadable', { path: target, text: code }, thrown)
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

/** Of the walk, with the sockets that were met on the way. */
type Run = { readonly records: Buffer; readonly sockets: readonly string[] }

/** A part of a folder's listing and how far it has been handed on, and asked ahead for; `more`: the next part. */
type Level = {
  readonly path: Buffer
  readonly records: Buffer
  readonly more: Promise<Listing> | null
  readonly letGo: () => void
  at: number
  aheadAt: number
}

/**
 * Records of everything in and below the places, a folder before its content, names in byte order; in runs, each of which
 * holds good until the next one is asked for. Folders are listed ahead, several at a time, and memory holds a part of each
 * listing, and the names, of one path through the tree.
 * Throws `archive-source-*`.
 */
export async function* walkTree(places: readonly Buffer[], pool: ReaderPool): AsyncGenerator<Run> {
  const asked = new Map<string, Promise<Listing>>()
  const levels: Level[] = []
  const ask = (path: Buffer) => {
    const key = path.toString('latin1')
    if (asked.has(key)) return
    asked.set(key, unmet(pool.list(path)))
  }
  const askAhead = () => {
    for (let depth = levels.length - 1; depth >= 0 && asked.size < AHEAD; depth -= 1) {
      const level = levels[depth]
      if (level === undefined) return
      level.aheadAt = Math.max(level.aheadAt, level.at)
      for (; level.aheadAt < level.records.length && asked.size < AHEAD; ) {
        const at = level.aheadAt
        if (kindOf(level.records, at) === 'directory') ask(pathOf(level.records, at))
        level.aheadAt += recordLength(level.records, at)
      }
    }
  }
  const open = (path: Buffer, { records, sockets, rest, letGo }: Listing): readonly string[] => {
    const more = rest === null ? null : unmet(pool.list(path, rest))
    levels.push({ path, records, more, letGo, at: 0, aheadAt: 0 })
    return sockets
  }
  const enter = async (path: Buffer): Promise<readonly string[]> => {
    ask(path)
    const key = path.toString('latin1')
    const listing = await (asked.get(key) ?? pool.list(path))
    asked.delete(key)
    return open(path, listing)
  }

  for (const place of places) {
    const { records, sockets } = readingHere(() => listPlace(place))
    open(place, { records, sockets, rest: null, letGo: () => undefined })
    if (sockets.length > 0) yield { records: NOTHING, sockets }
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const from = level.at
      let folder: Buffer | null = null
      while (folder === null && level.at < level.records.length) {
        // Longer in use than the listing that names it.
        if (kindOf(level.records, level.at) === 'directory') folder = Buffer.from(pathOf(level.records, level.at))
        level.at += recordLength(level.records, level.at)
      }
      const met: string[] = []
      if (level.at === level.records.length) {
        levels.pop()
        if (level.more !== null) met.push(...open(level.path, await level.more))
      }
      if (folder !== null) met.push(...(await enter(folder)))
      askAhead()
      yield { records: level.records.subarray(from, level.at), sockets: met }
      if (level.at === level.records.length) level.letGo()
    }
  }
}

/** What is met when its turn comes, or never when the walk ends before. */
function unmet(listing: Promise<Listing>): Promise<Listing> {
  listing.catch(() => undefined)
  return listing
}

const NOTHING = Buffer.alloc(0)
