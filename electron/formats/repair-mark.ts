import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ServerConfig } from '../../shared/model/domain.ts'
import { type RepairMark, repairMarkSchema } from '../../shared/model/repair.ts'
import { fsyncFolder, makeFolderDurable, writeFileDurable } from './durable-file.ts'
import { serverRoot } from './layout.ts'

/** Where the mark stands under a server's root: inside a backup target, so that it comes and goes with the data (own decision). */
const repairMarkName = 'nxsdir/repair-pending.json'

/** Absolute path of a live server's mark. */
export function repairMarkPath(server: Pick<ServerConfig, 'layout' | 'prefix'>): string {
  return join(serverRoot(server), repairMarkName)
}

/**
 * The mark in `file`, or null where there is none. One that cannot be understood is a mark all the same: a server is
 * never taken for repaired because of a broken file.
 */
export function readRepairMark(file: string): RepairMark | null {
  if (!existsSync(file)) return null
  try {
    const parsed = repairMarkSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    if (parsed.success) return parsed.data
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return { since: '', why: 'restored', by: null, ahead: null, sources: [] }
}

/** Puts the mark, durably; also into staged data that is to be swapped in (then `file` is the path there). */
export function writeRepairMark(file: string, mark: RepairMark): void {
  makeFolderDurable(dirname(file))
  writeFileDurable(file, `${JSON.stringify(mark)}\n`)
}

/** Takes the mark away, durably. None there is no error. */
export function removeRepairMark(file: string): void {
  if (!existsSync(file)) return
  rmSync(file)
  fsyncFolder(dirname(file))
}
