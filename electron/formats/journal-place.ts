import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Domain, ServerConfig } from '../../shared/model/domain.ts'
import type { JournalWarning } from '../../shared/model/journal.ts'
import { hostFileName, parameterFilePath, serverJournalFolder, serverRoot } from './layout.ts'
import { readAreas } from './parameter-file.ts'
import { readPublicInfo } from './public-info.ts'

/** Where one server's journal stands on the master. All paths are absolute. */
export type JournalPlace = {
  readonly host: string
  readonly folder: string
  /** The file that records are appended to. */
  readonly file: string
  /** Whether every file of `folder` belongs to this journal (the master's own), or `file` alone. */
  readonly wholeFolder: boolean
  /** The sealed segments `1`, `2`, …: outside the journal's folder and outside every backup target. */
  readonly sealedFolder: string
  /** Of the master's journal: whether one broken disk would take it together with the database. */
  readonly warning: JournalWarning | null
}

/** The master's own journal, or null where `gmpublicinfo` names no `MNG_JOURNAL` (manual 15.2.3). */
export function masterJournal(master: ServerConfig): JournalPlace | null {
  const { mngJournal } = readPublicInfo(master)
  if (mngJournal === null) return null
  const folder = join(mngJournal, 'MCH_JOURNAL')
  return {
    host: master.host,
    folder,
    file: join(folder, 'registration.journal'),
    wholeFolder: true,
    sealedFolder: join(mngJournal, 'journal-sealed', hostFileName(master.host)),
    warning: sharesFilesystem(master, mngJournal) ? 'shared-filesystem' : null,
  }
}

/** Whether a database file lies on the journal's filesystem; what cannot be looked at isn't warned of here. */
function sharesFilesystem(master: ServerConfig, folder: string): boolean {
  const device = statSync(folder, { throwIfNoEntry: false })?.dev
  if (device === undefined || !existsSync(parameterFilePath(master))) return false
  const files = readAreas(master).flatMap((area) => area.files)
  return files.some(({ path }) => statSync(path, { throwIfNoEntry: false })?.dev === device)
}

/** The journal that the master keeps for another server (manual 15.2.3). */
export function serverJournal(master: ServerConfig, host: string): JournalPlace {
  const folder = serverJournalFolder(master)
  return {
    host,
    folder,
    file: join(folder, `${hostFileName(host)}.journal`),
    wholeFolder: false,
    sealedFolder: join(serverRoot(master), 'journal-sealed', hostFileName(host)),
    warning: null,
  }
}

/** Every journal that the master keeps, in the domain file's order of servers. Throws what `readPublicInfo` throws. */
export function journalPlaces(domain: Pick<Domain, 'servers'>): readonly JournalPlace[] {
  const master = domain.servers.find((server) => server.roles.includes('master'))
  if (master === undefined) return []
  return domain.servers.flatMap((server) => {
    const place = server === master ? masterJournal(master) : serverJournal(master, server.host)
    return place === null ? [] : [place]
  })
}
