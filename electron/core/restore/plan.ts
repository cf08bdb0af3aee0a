import { existsSync } from 'node:fs'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import { type ChangeRange, isAncestor, type Place } from '../../../shared/model/position.ts'
import { fail, type Problem, ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import type { RepairPlan } from '../../../shared/model/repair.ts'
import type { RestoreArchive, RestoreCase, RestorePlan } from '../../../shared/model/restore.ts'
import { type PublicInfo, readPublicInfo } from '../../formats/public-info.ts'
import { rangesText } from '../../formats/replay-plan.ts'
import type { JobOptions } from '../archive/worker-client.ts'
import { type Engine, masterOf, serverOf } from '../engine.ts'
import type { NextVolume } from '../ports/medium.ts'
import { archivedSettings } from './archived-settings.ts'
import { assertWholeSet, type CheckedArchive, checkArchive, type ReadOptions } from './check-archive.ts'
import { newerOnRecord } from './newer-on-record.ts'
import { assertSpace, type HeldPlace } from './places.ts'

/** What an operator asks to be restored. */
export interface RestoreRequest {
  /** Each server with its archive's absolute path. */
  readonly archives: ReadonlyMap<string, string>
  /** Changes that may be lost, by number, because nobody holds them any more. */
  readonly acceptLoss: readonly ChangeRange[]
  /** Whether データ修復 is done by the same run; without it the server stays 修復待ち. */
  readonly repair: boolean
  /**
   * Asked for the volumes of an archive on a special file, and again when it is unpacked (`rememberVolumes`); without it a second volume
   * is `volume-wanted` (12).
   */
  readonly nextVolume?: NextVolume | undefined
}

/** A restore that was looked at from all sides; nothing has been changed. */
export interface PlannedRestore {
  readonly plan: RestorePlan
  readonly archives: readonly CheckedArchive[]
  readonly held: readonly HeldPlace[]
  /** The position of each archive, to compare others with. */
  readonly from: ReadonlyMap<string, Place>
}

/** The servers whose services a restore of these stops: with the master every one (facts §8), the master first. */
export function serversToStop(engine: Engine, hosts: readonly string[]): readonly ServerConfig[] {
  const master = masterOf(engine.domain)
  const restored = hosts.map((host) => serverOf(engine.domain, host))
  if (!restored.includes(master)) return restored
  return [master, ...engine.domain.servers.filter((server) => server !== master)]
}

/** As `surveyRestore`; throws `restore-loss` unless the request accepts exactly what would be lost. */
export async function planRestore(
  engine: Engine,
  request: RestoreRequest,
  runId: string,
  options: JobOptions,
): Promise<PlannedRestore> {
  const planned = await surveyRestore(engine, request, runId, options)
  if (request.repair) assertAccepted(planned.plan, request.acceptLoss)
  return planned
}

/**
 * Reads the archives to their end, holds them against domain, disks, journals and replicas, and says what a restore would do
 * and lose. Changes nothing. Throws the first thing that speaks against it: what `checkArchive`, `assertWholeSet` and
 * `assertSpace` throw, `restore-newer-than-master`, `replica-newer`.
 */
export async function surveyRestore(
  engine: Engine,
  request: RestoreRequest,
  runId: string,
  options: JobOptions,
): Promise<PlannedRestore> {
  const { nextVolume } = request
  const checked: CheckedArchive[] = []
  for (const [host, path] of request.archives) {
    checked.push(await checkArchive(engine, serverOf(engine.domain, host), path, runId, { ...options, nextVolume }))
  }
  const archives = checked.map(({ archive }) => archive)
  const hosts = archives.map(({ host }) => host)
  const settings = await masterSettings(engine, archives, { ...options, nextVolume })
  const kind = caseOf(settings)
  if (kind === 'master-without-journal') assertWholeSet(engine.domain, archives)
  const held = checked.flatMap((one) => one.held)
  assertSpace(held)
  const from = await positionsOf(engine, checked)
  const unasked = kind === 'server' ? await assertFollowed(engine, from, request.repair) : []
  const repairs =
    request.repair || kind !== 'server'
      ? await inspectRepairs(engine, from, settings?.lost ? journalOf(settings) : [])
      : []
  const plan: RestorePlan = {
    case: kind,
    archives,
    stops: serversToStop(engine, hosts).map(({ host }) => host),
    places: held.map(({ place, bytes }) => ({ host: place.host, path: place.path, bytes, exchange: place.mode })),
    repairs: [...repairs],
    warnings: [
      ...checked.flatMap(({ warnings }) => warnings),
      ...unasked,
      ...unaskedOf(repairs),
      ...(await newerOnRecord(engine.catalog, engine.medium, from, repairs)),
    ],
  }
  return { plan, archives: checked, held, from }
}

type MasterSettings = PublicInfo & { /** With its disk: these are the archive's. */ readonly lost: boolean }

/** Null where the master is not restored. */
async function masterSettings(
  engine: Engine,
  archives: readonly RestoreArchive[],
  options: ReadOptions,
): Promise<MasterSettings | null> {
  const master = masterOf(engine.domain)
  const archive = archives.find(({ host }) => host === master.host)
  if (archive === undefined) return null
  try {
    return { ...readPublicInfo(master), lost: false }
  } catch (error) {
    if (toProblem(error).code !== 'settings-file-unreadable') throw error
    return { ...(await archivedSettings(engine, master, archive.path, options)), lost: true }
  }
}

function caseOf(settings: MasterSettings | null): RestoreCase {
  if (settings === null) return 'server'
  return settings.mngJournal === null ? 'master-without-journal' : 'master-with-journal'
}

/** The journal's folder where that survived: it may lie on another disk than the settings that named it. */
function journalOf({ mngJournal }: MasterSettings): readonly string[] {
  return mngJournal !== null && existsSync(mngJournal) ? [mngJournal] : []
}

async function positionsOf(engine: Engine, archives: readonly CheckedArchive[]): Promise<ReadonlyMap<string, Place>> {
  const ancestry = await engine.names.status().then(
    (status) => status.ancestry,
    () => [],
  )
  return new Map(
    archives.map(({ archive: { host, path, position } }) => {
      if (position === null) throw fail('restore-position-unknown', { host, path })
      return [host, { position, ancestry }]
    }),
  )
}

/**
 * A server's archive that is no part of the master's history could never be brought up to it (design §4). A master that is down cannot
 * be asked: where the repair is left for later, that is said and no more.
 */
async function assertFollowed(
  engine: Engine,
  from: ReadonlyMap<string, Place>,
  repair: boolean,
): Promise<readonly Problem[]> {
  const status = await engine.names.status().catch((error: unknown) => {
    if (repair || toProblem(error).code !== 'address-service-down') throw error
    return null
  })
  if (status === null) return [problem('restore-unasked', { hosts: masterOf(engine.domain).host })]
  const { position, ancestry } = status
  for (const [host, place] of from) {
    if (isAncestor(place.position, { position, ancestry })) continue
    const { number } = place.position
    throw fail('restore-newer-than-master', { host, number, other: position.number })
  }
  const states = await engine.replication.states([...from.keys()])
  const newer = states.find(({ state }) => state === 'newer')
  if (newer) throw new ProblemError(newer.problem ?? problem('replica-newer', { host: newer.host, records: '?' }))
  return []
}

async function inspectRepairs(
  engine: Engine,
  from: ReadonlyMap<string, Place>,
  sources: readonly string[],
): Promise<readonly RepairPlan[]> {
  const plans: RepairPlan[] = []
  const master = masterOf(engine.domain).host
  const own = from.get(master)
  if (own !== undefined) plans.push(await engine.repair.inspect(master, { from: own, sources }))
  // Those that are restored with the master will follow to where it is repaired to; where it stands now matters no more.
  const reaches = plans[0]?.reaches
  for (const [host, place] of from)
    if (host !== master)
      plans.push(await engine.repair.inspect(host, { from: place, ...(reaches === undefined ? {} : { reaches }) }))
  return plans
}

/** Throws `restore-loss` naming by number what nobody holds any more, and newer archives on record, unless exactly that was accepted. */
function assertAccepted({ repairs, warnings }: RestorePlan, accepted: readonly ChangeRange[]): void {
  const newer = warnings.filter(({ code }) => code === 'restore-archive-newer').map(({ params }) => String(params.path))
  for (const { host, gaps, unasked } of repairs) {
    if (gaps.length > 0 && rangesText(gaps) !== rangesText(accepted)) {
      const texts = { unasked: unasked.join(', ') || '-', newer: newer.join(', ') || '-' }
      throw fail('restore-loss', { host, missing: rangesText(gaps), ...texts })
    }
  }
}

/** A server that could not be asked matters where no journal vouches for what was registered, and where something is missing. */
function unaskedOf(repairs: readonly RepairPlan[]): readonly Problem[] {
  const open = repairs.filter(({ gaps, sources }) => gaps.length > 0 || sources.every(({ kind }) => kind === 'replica'))
  const hosts = [...new Set(open.flatMap(({ unasked }) => unasked))]
  return hosts.length === 0 ? [] : [problem('restore-unasked', { hosts: hosts.join(', ') })]
}
