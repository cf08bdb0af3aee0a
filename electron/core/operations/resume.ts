import type { ArchiveSummary } from '../../../shared/model/archive.ts'
import { exitCodes } from '../../../shared/model/exit-code.ts'
import { fail, type Problem, toProblem } from '../../../shared/model/problem.ts'
import { stepHostOf, stepIdOf } from '../../../shared/model/run.ts'
import type { RunState } from '../../../shared/model/run-state.ts'
import { withArchiveOn } from '../archive/remote-source.ts'
import { verifyArchive } from '../archive/verify.ts'
import type { Engine } from '../engine.ts'
import type { NextVolume } from '../ports/medium.ts'
import { verifiedEvent } from './backup/archive-steps.ts'
import type { BackupRequest } from './backup/request.ts'
import { type GoOn, type OpenRecord, placesBegun, rollbackRun, stepOf } from './rollback.ts'
import { type SealedJournal, sealLeft } from './seal-left.ts'

/** An archive of a run that died, read again by whoever resumed it. */
export interface ResumedArchive {
  readonly host: string
  readonly summary: ArchiveSummary
}

export interface Resumed {
  readonly state: RunState
  /** Archives that stood whole under their names and were found good: they count from now on. */
  readonly archives: readonly ResumedArchive[]
  /** Journals that were cleared for it, because it died before; a server whose journal held nothing has 0 records. */
  readonly sealed: readonly SealedJournal[]
  /** Why a journal was not cleared; in the run's record, too. */
  readonly unsealed: readonly Problem[]
  /** Why an archive that it had made does not count; its server is not in `rest`, because the archive's name is taken. */
  readonly unread: readonly Problem[]
  /** Servers that have no archive from it: backing them up again is what is left to do; null where nothing is. */
  readonly rest: BackupRequest | null
  /** Servers whose データ修復 belonged to it and is still to be done, the master first. */
  readonly repairs: readonly string[]
}

/**
 * Goes on with a run that died. Services come first: what it had stopped is started, as by a rollback, but data that
 * was half exchanged by a restore is exchanged wholly. Where one does not start, that is all. What a backup had archived already is not thrown away: such an archive is
 * verified and counts; one that cannot be read, or is not whole, keeps none of the others from it. Where one of its volumes was not given, the
 * others are verified all the same, and then this is thrown and the run is unfinished still: with the volume it can be gone on with. Where the run was to clear that
 * server's journal and had not, it is cleared. Then the run is settled. `rest` says what is left to back up, `repairs` what is left
 * to repair. A restore that had not begun to exchange data is taken back: nothing is left of it to go on with. Throws
 * `no-unfinished-run`, `cancelled` and `volume-wanted` (for a volume), and what a rollback throws.
 */
export async function resumeRun(
  engine: Engine,
  signal: AbortSignal,
  onService?: (name: string) => void,
  nextVolume?: NextVolume,
): Promise<Resumed> {
  const archives: ResumedArchive[] = []
  const sealed: SealedJournal[] = []
  const unsealed: Problem[] = []
  const unread: Problem[] = []
  const left: RunState['places'][number][] = []
  const finish: GoOn['finish'] = async (record) => {
    const state = record.state()
    if (!backs(state)) return { archives: [], warnings: [] }
    let ungiven: unknown = null
    for (const place of state.places) {
      try {
        const summary = await standingArchive(engine, state, place, { signal, nextVolume })
        if (summary === null) left.push(place)
        else {
          archives.push({ host: place.host, summary })
          recordVerified(engine, record, place.host, summary)
        }
      } catch (error) {
        if (signal.aborted) throw error
        if (isUngiven(error)) ungiven ??= error
        else unread.push(toProblem(error))
      }
    }
    if (ungiven !== null) throw ungiven
    for (const { host } of left) {
      record.append({ kind: 'note', at: engine.clock.now().toISOString(), text: noArchiveNote(host) })
    }
    const cleared = await sealLeft(
      engine,
      record,
      archives.map(({ host }) => host),
    )
    sealed.push(...cleared.sealed)
    unsealed.push(...cleared.warnings)
    return { archives: archives.map(({ summary }) => summary), warnings: cleared.warnings }
  }
  const state = await rollbackRun(engine, onService, { finish })
  const rest = left.length === 0 ? null : restOf(state, left)
  return { state, archives, sealed, unsealed, unread, rest, repairs: await repairsLeft(engine, state) }
}

function noArchiveNote(host: string): { readonly ja: string; readonly en: string } {
  return { ja: `${host} のアーカイブはできていません`, en: `there is no archive of ${host} from this run` }
}

/** A restore names the archives that it reads; nothing is to be backed up to them. */
function backs({ runbook }: RunState): boolean {
  return runbook !== 'restore' && runbook !== 'repair'
}

function recordVerified(engine: Engine, record: OpenRecord, host: string, { members, sha256 }: ArchiveSummary): void {
  const step = stepOf(record.state(), 'verify', host)
  if (!step || step.state === 'done') return
  const at = engine.clock.now().toISOString()
  record.append({ kind: 'step-done', stepId: step.id, at, receipt: { members, sha256 } })
}

/**
 * The archive of that server by this run, if it stands whole: asked of the medium itself, because the run may have died between the
 * archive's last byte and the record, or the catalog's line, of it. It counts from then on. Throws `archive-changed` (13) where the
 * record knows another digest.
 */
async function standingArchive(
  engine: Engine,
  state: RunState,
  { host, to }: RunState['places'][number],
  { signal, nextVolume }: { readonly signal: AbortSignal; readonly nextVolume: NextVolume | undefined },
): Promise<ArchiveSummary | null> {
  const digest = digestOf(state, host)
  if (digest === null && !placesBegun(state).some((place) => place.host === host)) return null
  const options = { signal, workerPath: engine.workerPath }
  const read = () =>
    withArchiveOn(engine.medium, to, { signal, nextVolume }, async (at, _, mark) => {
      const { summary, header } = await verifyArchive(at, options)
      return { summary, header, volumes: await mark() }
    })
  // Without a digest nothing says that there is an archive, so that what cannot be read is none.
  const found = await read().catch((error: unknown) => {
    if (digest !== null || signal.aborted || isUngiven(error)) throw error
    if (!notWhole.includes(toProblem(error).exitCode)) throw error
    return null
  })
  if (found === null || found.header.runId !== state.runId || found.header.host !== host) return null
  const { summary, volumes } = found
  if (digest !== null && summary.sha256 !== digest) throw fail('archive-changed', { path: to })
  engine.catalog.append(verifiedEvent(engine, sequenceOf(engine, state, summary), volumes))
  return summary
}

/** A volume was asked for and given up, or nobody could be asked: that says nothing of the archive. */
function isUngiven(error: unknown): boolean {
  return ['cancelled', 'volume-wanted'].includes(toProblem(error).code)
}

const notWhole: readonly number[] = [exitCodes.medium, exitCodes.badArchive]

/** Its line in the catalog, which is written now where the run died before it. */
function sequenceOf({ catalog, clock }: Engine, { runId, setId }: RunState, summary: ArchiveSummary): number {
  const { path, host, bytes, sha256, position } = summary
  const entry = catalog.entries().find((one) => one.path === path && one.sha256 === sha256)
  if (entry) return entry.sequence
  return catalog.archived({ at: clock.now().toISOString(), path, host, runId, setId, bytes, sha256, position })
}

/** A restore without a repair of its own leaves it to the operator, as it said. */
async function repairsLeft(engine: Engine, state: RunState): Promise<readonly string[]> {
  const planned = state.steps.flatMap(({ id }) => (stepIdOf(id) === 'repair' ? [stepHostOf(id) ?? state.host] : []))
  const left: string[] = []
  for (const host of state.servicesDown.length > 0 ? [] : planned) {
    if ((await engine.repair.inspect(host)).pending !== null) left.push(host)
  }
  return left
}

/** What `nxbackup` recorded of the archive of this server, once it was whole. */
function digestOf(state: RunState, host: string): string | null {
  const sha256 = stepOf(state, 'nxbackup', host)?.receipt?.sha256
  return typeof sha256 === 'string' ? sha256 : null
}

function restOf({ places }: RunState, left: RunState['places']): BackupRequest {
  const hosts = left.map(({ host }) => host)
  return {
    runbook: 'unattended-backup',
    hosts,
    places: places.filter(({ host }) => hosts.includes(host)),
    options: { waitMs: 0, downtimeLimitMs: null },
  }
}

/**
 * For the start of the machine, with nobody in front: what the domain file says about a backup that died. Null: there is none.
 * Throws `run-unfinished` (11) where a person has to decide.
 */
export async function recoverRun(engine: Engine, onService: (name: string) => void): Promise<RunState | null> {
  if (engine.domain.policies.recovery === 'ask') {
    try {
      engine.runLock.assertFree(engine.domain.servers.map(({ host }) => host))
      return null
    } catch (error) {
      const { code } = toProblem(error)
      if (code === 'run-in-progress') return null
      throw error
    }
  }
  try {
    return await rollbackRun(engine, onService)
  } catch (error) {
    if (toProblem(error).code === 'no-unfinished-run') return null
    throw error
  }
}
