import type { ArchiveHeader } from '../../../shared/model/archive.ts'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import type { Ancestry } from '../../../shared/model/position.ts'
import type { Progress } from '../../../shared/model/progress.ts'
import { assertCleanDatabase, backupTargets } from '../../formats/targets.ts'
import { createArchive } from '../archive/create.ts'
import type { WrittenArchive } from '../archive/write-file.ts'
import type { Engine } from '../engine.ts'
import type { MediumChoices } from './backup/request.ts'

/** `ancestry`: the timelines that its name database knows. */
export type CopiedServer = WrittenArchive & { readonly ancestry: Ancestry }

/**
 * Copies one server whose Object Server is down into a new archive: what the manual's `nxbackup` does. The change
 * number is read from the server's own database files. Throws `object-server-unclean` when they are not whole, and
 * what the archive and the medium throw; then nothing stands under the final name.
 */
export async function copyServer(
  engine: Engine,
  server: ServerConfig,
  options: {
    readonly to: string
    readonly runId: string
    /** Archives of one round bear the same. */
    readonly setId: string
    readonly signal: AbortSignal
    readonly onProgress: (progress: Progress) => void
    readonly medium?: MediumChoices | undefined
  },
): Promise<CopiedServer> {
  assertCleanDatabase(server)
  const place = engine.databaseFile.readPlace(server)
  const targets = backupTargets(server).map((target) => target.path)
  const header: ArchiveHeader = {
    format: 'untenseki-archive',
    version: 1,
    setId: options.setId,
    runId: options.runId,
    domain: engine.domain.name,
    server: server.name,
    host: server.host,
    layout: server.layout,
    position: place?.position ?? null,
    targets,
    startedAt: engine.clock.now().toISOString(),
    product: engine.product,
  }
  const written = await createArchive({
    header,
    targets,
    to: options.to,
    medium: engine.medium,
    mediumOptions: options.medium,
    workerPath: engine.workerPath,
    signal: options.signal,
    onProgress: options.onProgress,
  })
  return { ...written, ancestry: place?.ancestry ?? [] }
}
