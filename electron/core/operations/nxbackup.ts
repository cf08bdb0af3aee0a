import type { ArchiveSummary } from '../../../shared/model/archive.ts'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { Progress } from '../../../shared/model/progress.ts'
import type { Engine } from '../engine.ts'
import { newRunId } from '../procedure/run-id.ts'
import { serverStatus } from '../servers/control.ts'
import type { MediumChoices } from './backup/request.ts'
import { copyServer } from './copy-server.ts'
import { checkMedium, checkPrivileges } from './preflight.ts'

/** Throws `not-permitted` (77) unless the account is the superuser or owns the server's files (manual: スーパーユーザ). */
export function assertMayBackUp(engine: Engine, ownerUid: number): void {
  if (engine.uid !== 0 && engine.uid !== ownerUid) throw fail('superuser-only', { uid: engine.uid })
}

/**
 * The manual's `nxbackup` command: only copies. Refused (12) while a service of that server runs, naming it; the
 * server's run lock is held while it copies, so that no one starts a service meanwhile.
 */
export async function nxbackup(
  engine: Engine,
  server: ServerConfig,
  to: string,
  options: {
    readonly signal: AbortSignal
    readonly onProgress: (progress: Progress) => void
    readonly medium?: MediumChoices
  },
): Promise<ArchiveSummary> {
  const runId = newRunId(engine.clock.now())
  checkPrivileges(engine, server)
  await checkMedium(engine, server, to, options.medium)
  const held = engine.runLock.acquire([server.host], engine.owner, runId)
  try {
    await assertAllStopped(engine, server)
    return await copyServer(engine, server, { to, runId, setId: runId, ...options })
  } finally {
    held.settle()
  }
}

/** Throws `service-running` (12) naming the services of that server that are not stopped. */
export async function assertAllStopped(engine: Engine, server: ServerConfig): Promise<void> {
  const { services } = await serverStatus(engine, server)
  const running = services.filter((service) => service.pid !== null || service.state === 'running')
  if (running.length === 0) return
  const names = running.map((service) => service.name).join(', ')
  throw fail('service-running', { host: server.host, services: names })
}
