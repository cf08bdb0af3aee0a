import { chownSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isInside } from '../../formats/domain-rules.ts'
import { fsyncFolder } from '../../formats/durable-file.ts'
import type { FolderFacts, Move, RestorePlace, RestoreRecord } from '../../formats/restore-record.ts'
import { escapeName } from '../archive/member-name.ts'
import { bytesOf, found } from './moves.ts'

/** Makes the folders that a restore works in, durably; those above a place that is lost with its disk are made anew. */
export function makeWorkFolders(places: readonly RestorePlace[]): void {
  for (const { work, staged, replaced } of places) {
    makeFolder(dirname(work), 0o755)
    for (const folder of [work, dirname(staged), dirname(replaced)]) makeFolder(folder, 0o700)
  }
}

function makeFolder(folder: string, mode: number): void {
  if (found(folder) !== null) return
  makeFolder(dirname(folder), mode)
  mkdirSync(bytesOf(folder), { mode })
  fsyncFolder(bytesOf(dirname(folder)))
}

/**
 * The renames that exchange what is staged for what is live, and the folders whose facts change because they cannot be renamed.
 * `keep` is the folder of live files that a restore never replaces (design §6: the journals); its archived copies were put
 * aside by `putAside`. Reads the disk: to be called once nothing there changes any more.
 */
export function planMoves(
  places: readonly RestorePlace[],
  keep: string | null,
): Pick<RestoreRecord, 'moves' | 'folders'> {
  const exchanged = places.flatMap(movesOf)
  const kept = keep === null ? [] : places.flatMap((place) => keptMoves(place, keep))
  const folders = places.flatMap((place) => {
    if (place.mode === 'rename') return []
    return [{ path: place.path, before: factsOf(place.path), after: factsOf(place.staged) }]
  })
  return { moves: [...exchanged, ...kept], folders }
}

function movesOf({ path, mode, work, staged, replaced }: RestorePlace): readonly Move[] {
  if (mode === 'rename') {
    const away: Move[] = found(path) === null ? [] : [{ from: path, to: replaced, own: 'to' }]
    return [...away, { from: staged, to: path, own: 'from' }]
  }
  makeFolder(replaced, 0o700)
  const children = namesIn(path).filter((name) => join(path, name) !== work)
  return [
    ...children.map((name): Move => ({ from: join(path, name), to: join(replaced, name), own: 'to' })),
    ...namesIn(staged).map((name): Move => ({ from: join(staged, name), to: join(path, name), own: 'from' })),
  ]
}

/** Live files that stay live: once their folder was moved away, they are moved back out of it. */
function keptMoves({ path, replaced, staged }: RestorePlace, keep: string): readonly Move[] {
  const inside = insideOf(path, keep)
  if (inside === null || found(keep) === null) return []
  return namesIn(keep)
    .filter((name) => found(join(staged, inside, name)) === null)
    .map((name) => ({ from: join(replaced, inside, name), to: join(keep, name), own: 'from' }))
}

function insideOf(path: string, below: string): string | null {
  return isInside(below, path) ? below.slice(path.length).replace(/^\//, '') : null
}

/**
 * Takes out of what is staged every archived file of `keep` that a live one stands for, and those that `stale` refuses; they go to
 * a side folder of the restore. What is left serves where no live file exists. Gives the names put aside.
 */
export function putAside(
  places: readonly RestorePlace[],
  keep: string,
  stale: (stagedFile: string, name: string) => boolean,
): readonly string[] {
  return places.flatMap((place) => {
    const inside = insideOf(place.path, keep)
    if (inside === null) return []
    const staged = join(place.staged, inside)
    if (found(staged) === null && found(keep) !== null) makeLike(staged, keep)
    const names = found(staged) === null ? [] : namesIn(staged)
    const gone = names.filter((name) => found(join(keep, name)) !== null || stale(join(staged, name), name))
    if (gone.length === 0) return []
    const aside = join(place.work, 'archived-journal')
    makeFolder(aside, 0o700)
    for (const name of gone) renameSync(bytesOf(join(staged, name)), bytesOf(join(aside, name)))
    for (const folder of [aside, staged]) fsyncFolder(bytesOf(folder))
    return gone
  })
}

function makeLike(folder: string, model: string): void {
  const { mode, uid, gid } = factsOf(model)
  makeFolder(folder, mode)
  const stat = found(folder)
  if (Number(stat?.uid) !== uid || Number(stat?.gid) !== gid) chownSync(bytesOf(folder), uid, gid)
}

function factsOf(path: string): FolderFacts {
  const stat = found(path)
  if (stat === null) throw new Error(`${path} is not there`)
  const { mode, uid, gid, mtimeNs } = stat
  return { mode: Number(mode) & 0o7777, uid: Number(uid), gid: Number(gid), mtime: String(mtimeNs) }
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(bytesOf(folder), { encoding: 'buffer' })
    .sort(Buffer.compare)
    .map((name) => escapeName(name))
}
