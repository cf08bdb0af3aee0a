import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CatalogEntry } from '../../../shared/model/catalog.ts'
import { isAncestor, type Place, type Position } from '../../../shared/model/position.ts'
import { type Problem, problem } from '../../../shared/model/problem.ts'
import { backupsOnRecord } from '../check/check-backups.ts'
import { type Engine, masterOf } from '../engine.ts'
import { shellWord } from './shell-word.ts'

/** An archive of a server other than the master, as far as it matters here. */
export interface ServerArchive {
  readonly host: string
  readonly path: string
  readonly position: Position | null
}

/**
 * The master's backup always has to be newer than those of the other servers (manual, version 6): an archive of a server that holds changes
 * which no verified archive of the master holds cannot be restored beside one. Gives a warning for each such archive, with both change
 * numbers and the command that puts it right. `line`: where the domain is now, which tells what is whose ancestor.
 */
export function masterBackupDue(engine: Engine, archives: readonly ServerArchive[], line: Place): Problem[] {
  const master = masterOf(engine.domain).host
  const held = archives.some(({ host }) => host !== master) ? heldByMaster(engine, master, line) : []
  return archives.flatMap(({ host, path, position }): Problem[] => {
    // An archive of a line that was left goes with none of the master's: no backup of the master would change that.
    if (host === master || position === null || !isAncestor(position, line)) return []
    if (held.some((own) => isAncestor(position, { position: own, ancestry: line.ancestry }))) return []
    const [newest] = held
    const params = { host, master, change: position.number, command: commandFor(engine, path) }
    if (newest === undefined) return [problem('master-backup-none', params)]
    return [problem('master-backup-due', { ...params, masterChange: newest.number })]
  })
}

/** Where the master's good archives stand on the line of the domain, the newest first. */
function heldByMaster(engine: Engine, master: string, line: Place): readonly Position[] {
  const catalogued = engine.catalog
    .entries()
    .filter((one) => one.host === master && one.verifiedAt !== null && isThere(one))
  // The catalog knows one archive a path; the tape that was in a drive before is told by the run that wrote it.
  const recorded = backupsOnRecord(engine).good.get(master)?.archive
  const onTape = recorded && isDevice(recorded.path) ? [recorded] : []
  return [...catalogued, ...onTape]
    .flatMap(({ position }) => (position !== null && isAncestor(position, line) ? [position] : []))
    .sort((one, other) => other.number - one.number)
}

/** It, or a copy of it, stands; what is on a device cannot be looked at. */
function isThere({ path, copies }: CatalogEntry): boolean {
  return [path, ...copies.map((copy) => copy.path)].some((each) => isDevice(each) || existsSync(each))
}

function isDevice(path: string): boolean {
  return path.startsWith('/dev/') && !path.startsWith('/dev/shm/')
}

/** To where the server's own archive went; a device's volume is taken. */
function commandFor({ domain }: Engine, path: string): string {
  const folder = isDevice(path) ? domain.folders.backups : dirname(path)
  return `untenseki backup --server MASTER --to ${shellWord(folder)}/ --yes`
}
