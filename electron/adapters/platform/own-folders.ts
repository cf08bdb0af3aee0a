import { statSync } from 'node:fs'
import type { Domain } from '../../../shared/model/domain.ts'
import { fail } from '../../../shared/model/problem.ts'

/**
 * Throws `folder-foreign` (77) where the folder of states or sockets belongs to somebody else than this account, the
 * superuser or the owner of the domain file, or where everyone may write to it: what stands there (pid files, run locks,
 * sockets) would be believed. A folder that is not there yet is no fault.
 */
export function assertOwnFolders({ file, folders }: Domain, uid: number): void {
  const trusted = [0, uid, statSync(file).uid]
  for (const path of [folders.state, folders.sockets]) {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found && (!trusted.includes(found.uid) || (found.mode & 0o002) !== 0)) {
      throw fail('folder-foreign', { path, owner: found.uid, mode: (found.mode & 0o777).toString(8) })
    }
  }
}
