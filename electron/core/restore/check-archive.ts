import { dirname, join } from 'node:path'
import type { ArchiveHeader } from '../../../shared/model/archive.ts'
import type { Domain, ServerConfig } from '../../../shared/model/domain.ts'
import { fail, type Problem, ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import type { RestoreArchive } from '../../../shared/model/restore.ts'
import { isInside } from '../../formats/domain-rules.ts'
import { layoutFolders, serverRoot } from '../../formats/layout.ts'
import { readAreas } from '../../formats/parameter-file.ts'
import { listArchive } from '../archive/list.ts'
import { withArchiveOn } from '../archive/remote-source.ts'
import { verifyArchive } from '../archive/verify.ts'
import type { JobOptions } from '../archive/worker-client.ts'
import type { Engine } from '../engine.ts'
import type { NextVolume } from '../ports/medium.ts'
import { createHolding, type HeldPlace } from './places.ts'

/** An archive that was read to its end and fits its server. */
export interface CheckedArchive {
  readonly archive: RestoreArchive
  readonly header: ArchiveHeader
  readonly held: readonly HeldPlace[]
  readonly warnings: readonly Problem[]
}

/** How the archives of a restore are read: `nextVolume` is asked for the volumes of one on a special file. */
export type ReadOptions = JobOptions & { readonly nextVolume?: NextVolume | undefined }

/**
 * Reads the whole archive and holds it against the server that it is to be restored to; nothing is changed. Throws what
 * `verifyArchive` finds (13), `restore-other-domain`, `restore-other-server`, `restore-layout-differs`, `restore-targets-differ` (64),
 * what `createHolding` throws, and for a special file what `Medium.open` throws (12).
 */
export async function checkArchive(
  { domain, medium }: Pick<Engine, 'domain' | 'medium'>,
  server: ServerConfig,
  path: string,
  runId: string,
  { nextVolume, ...options }: ReadOptions,
): Promise<CheckedArchive> {
  return withArchiveOn(medium, path, { signal: options.signal, nextVolume }, async (at, another) => {
    const { summary, header } = await verifyArchive(at, options)
    const warnings = assertFits(domain, server, header, path)
    const holding = createHolding(header)
    await listArchive(another(), options, { header: () => undefined, entry: (entry) => holding.take(entry) })
    const { host, setId, startedAt, position } = header
    const { sha256, bytes, contentBytes } = summary
    const archive = { host, server: header.server, path, sha256, bytes, contentBytes, setId, startedAt, position }
    return { archive, header, held: holding.places(runId), warnings }
  })
}

/** Gives what the operator should know although the archive may be restored. */
export function assertFits(
  domain: Pick<Domain, 'name'>,
  server: ServerConfig,
  header: ArchiveHeader,
  path: string,
): readonly Problem[] {
  const asked = { path, host: server.host, domain: domain.name }
  if (header.domain !== domain.name) throw fail('restore-other-domain', { ...asked, found: header.domain })
  if (header.host !== server.host) throw fail('restore-other-server', { ...asked, found: header.host })
  if (header.layout !== server.layout) throw fail('restore-layout-differs', { ...asked, found: header.layout })
  const root = serverRoot(server)
  const folders = layoutFolders.map((folder) => join(root, folder))
  const missing = folders.find((folder) => !header.targets.some((target) => isInside(folder, target)))
  if (missing !== undefined) throw fail('restore-targets-differ', { ...asked, target: missing })
  const known = [...folders, ...server.extraTargets]
  const database = databaseFolders(server)
  for (const target of header.targets) {
    const expected = known.some((one) => isInside(target, one)) || database?.has(dirname(target)) !== false
    // A header is only what someone wrote: nothing outside what belongs to this server is ever exchanged on its word.
    if (!expected) throw fail('restore-targets-differ', { ...asked, target })
  }
  return server.extraTargets
    .filter((extra) => !header.targets.some((target) => isInside(extra, target)))
    .map((extra) => problem('restore-target-kept', { ...asked, target: extra }))
}

/** The folders that hold the server's database files now; null where its settings are lost with its disk. */
function databaseFolders(server: ServerConfig): ReadonlySet<string> | null {
  try {
    return new Set(readAreas(server).flatMap((area) => area.files.map(({ path }) => dirname(path))))
  } catch (error) {
    if (toProblem(error).code !== 'settings-file-unreadable') throw error
    return null
  }
}

/**
 * Throws unless these archives bring the domain back as one although its master keeps no journal: every server's, from one round, at
 * one cut (facts §8). `restore-needs-all`, `restore-set-mixed`.
 */
export function assertWholeSet(domain: Domain, archives: readonly RestoreArchive[]): void {
  const absent = domain.servers.filter(({ host }) => !archives.some((one) => one.host === host))
  if (absent.length > 0) throw fail('restore-needs-all', { hosts: absent.map(({ host }) => host).join(', ') })
  const cuts = new Set(archives.map(({ setId, position }) => `${setId} ${position?.timeline}/${position?.number}`))
  if (cuts.size === 1) return
  const text = archives.map(({ host, setId, position }) => `${host}: ${setId}, ${position?.number ?? '-'}`).join('; ')
  throw new ProblemError(problem('restore-set-mixed', { text }))
}
