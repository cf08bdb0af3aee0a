import { join } from 'node:path'
import type { Domain, ServerConfig } from '../../shared/model/domain.ts'
import { hostFileName, serverJournalFolder, serverRoot } from './layout.ts'
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
  }
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
