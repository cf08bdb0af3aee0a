import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fail } from '../../shared/model/problem.ts'
import { runIdSchema } from '../../shared/model/run-id.ts'
import { z } from '../../shared/zod.ts'
import { fsyncFolder, makeFolderDurable, writeFileDurable } from './durable-file.ts'
import { hostFileName } from './layout.ts'
import { guarded } from './state-file.ts'

const restoreMarkSchema = z.object({ runId: runIdSchema, since: z.string() })
/** Says that a server's data is being exchanged by a restore: nothing of it may start. */
export type RestoreMark = z.infer<typeof restoreMarkSchema>

/** Outside every backup target, because the state folder is. */
export function restoreFolder(stateFolder: string): string {
  return join(stateFolder, 'restore')
}

function markFile(stateFolder: string, host: string): string {
  return join(restoreFolder(stateFolder), `${hostFileName(host)}.mark`)
}

/** The do-not-start mark of a server, or null. Throws `restore-record-corrupt` for one that cannot be read. */
export function readRestoreMark(stateFolder: string, host: string): RestoreMark | null {
  const file = markFile(stateFolder, host)
  if (!existsSync(file)) return null
  try {
    return restoreMarkSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw fail('restore-record-corrupt', { file }, error)
  }
}

/** Durable when it returns. Throws `state-folder-failed`. */
export function writeRestoreMark(stateFolder: string, host: string, mark: RestoreMark): void {
  const file = markFile(stateFolder, host)
  guarded(file, () => {
    makeFolderDurable(restoreFolder(stateFolder))
    writeFileDurable(file, `${JSON.stringify(mark)}\n`)
  })
}

/** Durable when it returns. One that is gone already is no error. Throws `state-folder-failed`. */
export function removeRestoreMark(stateFolder: string, host: string): void {
  const file = markFile(stateFolder, host)
  if (!existsSync(file)) return
  guarded(file, () => {
    rmSync(file)
    fsyncFolder(restoreFolder(stateFolder))
  })
}

/** For whoever starts a service of that server: throws `restore-unsettled` (11) while its data is half exchanged. */
export function assertNoRestoreMark(stateFolder: string, host: string): void {
  const mark = readRestoreMark(stateFolder, host)
  if (mark !== null) throw fail('restore-unsettled', { host, ...mark })
}
