import { stat } from 'node:fs/promises'
import type { ArchiveSummary } from '../../../shared/model/archive.ts'
import type { ServiceConfig } from '../../../shared/model/domain.ts'
import { exitCodes } from '../../../shared/model/exit-code.ts'
import type { Owner } from '../../../shared/model/owner.ts'
import { fail, type Problem, toProblem } from '../../../shared/model/problem.ts'
import { type RunEvent, type StepId, stepHostOf, stepIdOf } from '../../../shared/model/run.ts'
import { emptyRun, foldRun, foldRunEvent, type RunState, type StepView } from '../../../shared/model/run-state.ts'
import { serviceKinds } from '../../../shared/model/service.ts'
import type { Engine } from '../engine.ts'
import { TIDY_MS, within } from '../ports/left-behind.ts'
import type { RunLockState } from '../ports/run-lock.ts'
import { settleRestore } from '../restore/recover.ts'
import { startPersistently } from '../servers/persist.ts'

/** The run whose process died before it was settled, or null. There is at most one a server, because of the run lock. */
export function findUnfinished(engine: Engine): RunState | null {
  for (const server of engine.domain.servers) {
    const held = engine.runLock.inspect(server.host)
    if (!held || held.live) continue
    return recorded(engine, server.host, held)
  }
  return null
}

/** A run that died between its lock and its record (or `nxbackup`, which keeps none) had stopped nothing. */
function recorded(engine: Engine, host: string, { runId, owner, since }: RunLockState): RunState {
  try {
    return foldRun(engine.runs.read(runId))
  } catch (error) {
    if (toProblem(error).code !== 'run-unknown') throw error
    return { ...emptyRun, runId, host, hosts: hostsOf(engine, runId), owner, startedAt: since }
  }
}

/** The record of a run that is being settled: what is appended to it stands in its state at once. */
export interface OpenRecord {
  state(): RunState
  append(event: RunEvent): void
}

/** Going on with a run that died, instead of only bringing back what it had stopped. */
export interface GoOn {
  /**
   * Done under the run's own lock when the services are up, before the run is settled; gives what belongs into its end. Killed in
   * it, or where it throws, the run is unfinished still and all of it is done again.
   */
  finish(
    record: OpenRecord,
  ): Promise<{ readonly archives: readonly ArchiveSummary[]; readonly warnings: readonly Problem[] }>
}

/**
 * Brings back what a run that died had stopped, removes what it left unfinished on the medium, and settles it
 * (design §7). Idempotent. Throws `no-unfinished-run` when there is none. A service that will not start leaves the run
 * ended as `failed-down`, exit code 3. Where it throws, the run stands as unfinished and may be rolled back again. With `goOn` the
 * half made exchange of a restore is made whole, and that is done where every service started; without it, it is taken back.
 */
export async function rollbackRun(
  engine: Engine,
  onService?: (name: string) => void,
  goOn: GoOn | null = null,
): Promise<RunState> {
  const found = findUnfinished(engine)
  if (!found) throw fail('no-unfinished-run')
  const before = engine.runLock.inspect(found.hosts[0] ?? found.host)?.owner ?? null
  const held = engine.runLock.adopt(found.hosts, engine.owner)
  if (!held) throw fail('no-unfinished-run')
  try {
    if (held.runId !== found.runId) throw fail('no-unfinished-run')
    const record = openRecord(engine, found)
    // Whoever settled it before us may have died over it, too; where that was ourselves it only failed, and what we hold is in use.
    const other = before !== null && isSameOwner(before, engine.owner) ? null : before
    const dead = [found.owner, other].filter((owner) => owner !== null)
    if (found.outcome === null) await bringBack(engine, { record, dead, goOn, onService })
    else await goOn?.finish(record)
    const ended = record.state()
    held.settle()
    return ended
  } catch (error) {
    held.abandon()
    throw error
  }
}

/** A run that died before its first event, or `nxbackup`, which keeps no record, has none to append to. */
function openRecord(engine: Engine, found: RunState): OpenRecord {
  const journal = found.steps.length > 0 ? engine.runs.open(found.runId) : null
  let state = found
  return {
    state: () => state,
    append(event) {
      journal?.append(event)
      state = foldRunEvent(state, event)
    },
  }
}

interface Settling {
  readonly record: OpenRecord
  readonly dead: readonly Owner[]
  readonly goOn: GoOn | null
  readonly onService: ((name: string) => void) | undefined
}

async function bringBack(engine: Engine, { record, dead, goOn, onService }: Settling): Promise<void> {
  const found = record.state()
  const restored = await settleRestore(engine, found, goOn ? 'forward' : 'back')
  const down: string[] = []
  let cause: Problem | null = null
  for (const { host, service } of inStartOrder(engine, found)) {
    onService?.(service.name)
    try {
      await startPersistently(engine, host, service.id)
    } catch (error) {
      cause ??= toProblem(error)
      down.push(`${host}/${service.id}`)
    }
  }
  const upAt = engine.clock.now()
  await releaseLeasesOf(engine, dead)
  for (const { to } of placesBegun(found)) {
    try {
      await engine.medium.discardUnfinished(to)
    } catch (error) {
      // A medium that is gone must not keep the servers from being freed; what is left there is named by the next check.
      cause ??= toProblem(error)
    }
  }
  // What does not start is told at once, and its server freed for whoever mends it: to read an archive can take hours.
  const { archives, warnings } =
    goOn !== null && down.length === 0 ? await goOn.finish(record) : { archives: [], warnings: [] }
  const at = engine.clock.now().toISOString()
  for (const { to } of await placesUnverified(record.state())) {
    record.append({ kind: 'note', at, text: unverifiedNote(to) })
  }
  record.append({
    kind: 'run-ended',
    at,
    outcome: down.length > 0 ? 'failed-down' : 'failed-restored',
    exitCode: down.length > 0 ? exitCodes.failedDown : exitCodes.failedRestored,
    problem: cause,
    servicesDown: down,
    outageMs: found.stoppedAt === null ? null : upAt.getTime() - Date.parse(found.stoppedAt),
    archives: [...archives],
    warnings: [...(restored ? [restored] : []), ...warnings],
  })
}

/**
 * 排他 that the dead run held stands again with a full lease once the master's address service is up, and so does the session of
 * its console: their holder is proven dead by the run lock, so nobody has to wait for them to run out. Where it cannot be told
 * they run out by themselves.
 */
async function releaseLeasesOf(engine: Engine, dead: readonly Owner[]): Promise<void> {
  const ofDead = (other: Owner) => dead.some((one) => isSameOwner(one, other))
  try {
    const lock = await engine.lock.status()
    if (lock.held && ofDead(lock.owner)) await engine.lock.release(lock.token)
    for (const session of await engine.sessions.list())
      if (ofDead(session.owner)) await engine.sessions.logout(session.id)
  } catch (error) {
    engine.log({ event: 'lock.release-failed', code: toProblem(error).code })
  }
}

function isSameOwner(one: Owner, other: Owner): boolean {
  return one.pid === other.pid && one.host === other.host && one.operator === other.operator
}

/** What the run had stopped: Object Servers first, and of each kind the master's first. */
function inStartOrder(engine: Engine, found: RunState): readonly { host: string; service: ServiceConfig }[] {
  const master = engine.domain.servers.filter((server) => server.roles.includes('master'))
  const servers = [...master, ...engine.domain.servers.filter((server) => !master.includes(server))]
  return serviceKinds.flatMap((kind) =>
    servers.flatMap(({ host, services }) =>
      services
        .filter((service) => service.kind === kind)
        .filter(({ id }) => found.services.some((each) => each.host === host && each.serviceId === id))
        .map((service) => ({ host, service })),
    ),
  )
}

/** Every server where that run's record stands: it may have died while it was taking them. */
function hostsOf(engine: Engine, runId: string): string[] {
  const hosts = engine.domain.servers.map(({ host }) => host)
  return hosts.filter((host) => engine.runLock.inspect(host)?.runId === runId)
}

/** The step that is done for this server, or for all. */
export function stepOf(found: RunState, wanted: StepId, host: string): StepView | undefined {
  return found.steps.find(({ id }) => stepIdOf(id) === wanted && (stepHostOf(id) ?? host) === host)
}

/**
 * The archive stands under its name, but the run died before it was verified, or between the archive's last byte and the record of
 * it: the disk itself is asked.
 */
async function placesUnverified(found: RunState): Promise<RunState['places']> {
  const unverified: RunState['places'][number][] = []
  for (const place of placesBegun(found)) {
    if (stepOf(found, 'verify', place.host)?.state === 'done') continue
    if (stepOf(found, 'nxbackup', place.host)?.state === 'done' || (await isFileThere(place.to))) unverified.push(place)
  }
  return unverified
}

/** A medium that is gone, or does not answer, keeps no run from being settled. */
function isFileThere(path: string): Promise<boolean> {
  return within(TIDY_MS, path, stat(path)).then(
    (found) => found.isFile(),
    () => false,
  )
}

function unverifiedNote(to: string): { readonly ja: string; readonly en: string } {
  return {
    ja: `${to} は書き込み済みですが,検証していません。「untenseki verify」で検証してください`,
    en: `${to} was written but not verified; check it with "untenseki verify"`,
  }
}

/** Before its nxbackup began a run has written nothing: what stands there then is someone else's. */
export function placesBegun(found: RunState): RunState['places'] {
  const begun: readonly string[] = ['running', 'done', 'failed', 'undoing', 'undone', 'undo-failed']
  return found.places.filter(({ host }) => begun.includes(stepOf(found, 'nxbackup', host)?.state ?? 'waiting'))
}
