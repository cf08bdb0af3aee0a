import { serverShapes } from '../../check/server-shapes.ts'
import { type Engine, masterOf, serverOf } from '../../engine.ts'
import { limitDowntime } from '../../procedure/limit-downtime.ts'
import { openRun } from '../../procedure/open-run.ts'
import type { RunListener, Runner } from '../../procedure/runner.ts'
import type { ConsoleSide } from '../console-side.ts'
import { checkMedium, checkPrivileges } from '../preflight.ts'
import type { BackupPlace, BackupRequest } from './request.ts'
import { backupRunBook } from './run-books.ts'
import { type BackupWork, createWork } from './work.ts'

/** A backup that has begun: its run lock is held and its record stands. */
export interface BackupRun {
  readonly runner: Runner
  /** The answer to the nxbackup prompt. Throws (12, 64) when nothing can be written there; then nothing changes. */
  choosePath(place: BackupPlace): Promise<void>
}

/**
 * Checks what can be known beforehand, takes the run lock at every server that it works on, the master among them, and opens
 * the run's record. Throws without having changed anything: `run-in-progress`, `run-unfinished` (11), `not-permitted` (77),
 * `target-missing` (78), `server-unknown`, and what speaks against a medium (12, 64).
 */
export async function beginRun(
  engine: Engine,
  request: BackupRequest,
  side: ConsoleSide,
  listener: RunListener,
): Promise<BackupRun> {
  const servers = request.hosts.map((host) => serverOf(engine.domain, host))
  for (const server of servers) checkPrivileges(engine, server)
  for (const { host, to } of request.places) {
    await checkMedium(engine, serverOf(engine.domain, host), to, request.medium)
  }
  const hosts = heldHosts(engine, request)
  const host = servers[0]?.host ?? masterOf(engine.domain).host
  const limitMs = request.options.downtimeLimitMs
  let work: BackupWork | null = null
  const heard = limitMs === null ? listener : limitDowntime(listener, limitMs, () => runner)
  const { runbook, places } = request
  const shapes = await serverShapes(
    engine.domain,
    request.hosts.map((each) => serverOf(engine.domain, each).host),
  )
  const runner = openRun(engine, { runbook, host, hosts, places, servers: shapes }, heard, (runId, runLock) => {
    work = createWork(engine, request, side, runId, runLock)
    return backupRunBook(work)
  })

  return {
    runner,
    async choosePath(place) {
      const server = serverOf(engine.domain, place.host)
      await checkMedium(engine, server, place.to, request.medium)
      for (const member of work?.members ?? []) if (member.server === server) member.path = place.to
      runner.choosePath(server.host, place.to)
    },
  }
}

/** The servers backed up and the master: it keeps their journals and feeds them, and two runs never overlap. */
export function heldHosts(engine: Engine, { hosts }: Pick<BackupRequest, 'hosts'>): readonly string[] {
  return [...new Set([...hosts, masterOf(engine.domain).host])]
}
