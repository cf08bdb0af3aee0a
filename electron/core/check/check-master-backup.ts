import type { CatalogEntry } from '../../../shared/model/catalog.ts'
import type { Finding } from '../../../shared/model/check.ts'
import type { DirectoryStatus } from '../../../shared/model/directory.ts'
import { sentencesOf } from '../../../shared/model/problem.ts'
import type { Engine } from '../engine.ts'
import { masterBackupDue } from '../operations/master-due.ts'

/** Servers whose newest verified archive holds what no archive of the master holds. */
export function checkMasterBackup(engine: Engine, { position, ancestry }: DirectoryStatus): Finding[] {
  const newest = new Map<string, CatalogEntry>()
  for (const one of engine.catalog.entries()) if (one.verifiedAt !== null) newest.set(one.host, one)
  return masterBackupDue(engine, [...newest.values()], { position, ancestry }).map((due) => ({
    id: due.code,
    severity: 'warning',
    text: sentencesOf(due),
    measures: [],
  }))
}
