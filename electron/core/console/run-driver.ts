import { join } from 'node:path'
import type { RunView } from '../../../shared/model/console.ts'
import type { ChangeRange } from '../../../shared/model/position.ts'
import { fail, type Problem, ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import type { RunState } from '../../../shared/model/run-state.ts'
import { type Engine, masterOf, serverOf } from '../engine.ts'
import { archiveName } from '../operations/archive-name.ts'
import { beginRun } from '../operations/backup/begin-run.ts'
import { beginRepair } from '../operations/begin-repair.ts'
import { beginRestore } from '../operations/begin-restore.ts'
import type { ConsoleSide } from '../operations/console-side.ts'
import { resumeRun } from '../operations/resume.ts'
import { findUnfinished, rollbackRun } from '../operations/rollback.ts'
import type { RunListener, Runner } from '../procedure/runner.ts'
import { chooseArchives } from '../restore/choose-archives.ts'
import type { ConsoleStore } from './store.ts'
import { createVolumeDesk } from './volume-desk.ts'

/** A run that has begun; those whose archive is asked for on the way take its path. */
interface DrivenRun {
  readonly runner: Runner
  choosePath?(place: { readonly host: string; readonly to: string }): Promise<void>
}

/** The run of the 手順 window. It lives in the main process: no window's end ends it. */
export interface RunDriver {
  /** Case (1) for the master, case (3) for another server. */
  prepare(host: string): Promise<void>
  /** リストア of these servers from an archive, or from a folder with a set of them. */
  prepareRestore(hosts: readonly string[], from: string, acceptLoss: readonly ChangeRange[]): Promise<void>
  /** データ修復 of a server that waits for it. */
  prepareRepair(host: string, acceptLoss: readonly ChangeRange[]): Promise<void>
  suggestPath(): string
  next(to: string | null): Promise<void>
  all(to: string | null): Promise<void>
  /** The next volume is in this device, or there is none (null): then the archive is given up, or a run that died stays unfinished. */
  answerVolume(path: string | null): void
  cancel(): Promise<void>
  dismiss(): Promise<void>
  rollback(): Promise<void>
  /**
   * What is still to be done after it (a backup, a repair) is the operator's to begin. Throws `cancelled` where a volume that it asked
   * for was given up: the services are up, and the run is unfinished still.
   */
  resume(): Promise<void>
  /**
   * The console ends: a run that has not ended is cancelled, which brings its services back and frees its servers; of one that died
   * the services are brought back first, and what else is done to settle it is left to whoever is asked next.
   */
  close(): Promise<void>
  /** Whether services may be down because of this run, or a step is under way. */
  running(): boolean
}

/** `places`: where volumes were put, by label (`createVolumeDesk`). */
export function createRunDriver(
  engine: Engine,
  store: ConsoleStore,
  places: Map<string, string>,
  side: ConsoleSide,
  settled: () => Promise<void>,
): RunDriver {
  let run: DrivenRun | null = null
  let cancelling = false
  let working = false
  /** A run that died is being settled: its services may still be down. */
  let settling: { readonly abort: AbortController; readonly ended: Promise<unknown> } | null = null

  function show(state: RunState, refusal: Problem | null = null): void {
    const phase = state.outcome ? 'ended' : cancelling ? 'cancelling' : working ? 'busy' : 'idle'
    const progress = phase === 'busy' ? (store.snapshot().run?.progress ?? null) : null
    const view: RunView = {
      state,
      phase,
      progress,
      to: state.places[0]?.to ?? null,
      outageSince: state.stoppedAt,
      outageLimitMs: backs(state) ? engine.domain.limits.downtimeMs : null,
      refusal,
      volume: state.outcome === null ? desk.wanted() : null,
    }
    store.set('run', view)
  }

  /**
   * Asks in the 手順 window; whichever window is open shows it, and one that opens later, too. A run that ends or has ended asks
   * nobody; one that died asks where it is shown.
   */
  const desk = createVolumeDesk(
    places,
    () => (settling === null ? working && !cancelling : died() !== null && !settling.abort.signal.aborted),
    () => {
      const shown = died()
      if (shown !== null) store.set('run', { ...shown, volume: desk.wanted() })
      else if (run) show(run.runner.state())
    },
  )
  const { nextVolume } = desk

  /** The run that died, as it is shown, while it is settled. */
  function died(): RunView | null {
    return settling === null ? null : store.snapshot().run
  }

  function current(): DrivenRun {
    if (!run) throw fail('no-run')
    return run
  }

  /** Begins the work and answers at once; what it comes to is seen in the snapshot. */
  function begin(work: (begun: DrivenRun) => Promise<unknown>): void {
    const begun = current()
    if (working) throw fail('run-busy')
    working = true
    show(begun.runner.state())
    let refusal: Problem | null = null
    work(begun)
      .catch((error: unknown) => {
        refusal = toProblem(error)
      })
      .finally(() => {
        working = false
        desk.end()
        show(begun.runner.state(), refusal)
        void settled()
      })
  }

  async function choose(begun: DrivenRun, to: string | null): Promise<void> {
    const { host, places } = begun.runner.state()
    if (to !== null && to !== places[0]?.to) await begun.choosePath?.({ host, to })
  }

  function assertFree(): void {
    if (settling !== null || (run && !run.runner.state().outcome)) throw fail('run-busy')
  }

  /** One run at a time: takes what `beginning` begins as the run of the 手順 window. */
  async function take(beginning: (listener: RunListener) => Promise<DrivenRun>): Promise<void> {
    assertFree()
    cancelling = false
    run = await beginning({
      changed: (state) => show(state),
      progress: (progress) => store.progress(progress),
      unrecorded: (event, found) => engine.log({ event: 'run.unrecorded', kind: event.kind, code: found.code }),
    })
    show(run.runner.state())
  }

  async function settle(
    work: (signal: AbortSignal) => Promise<{ readonly state: RunState; readonly refusal: Problem | null }>,
  ): Promise<void> {
    assertFree()
    const abort = new AbortController()
    const ending = work(abort.signal)
    settling = { abort, ended: ending.catch(() => undefined) }
    try {
      const { state, refusal } = await ending
      show(state, refusal)
    } finally {
      desk.end()
      settling = null
    }
    await settled()
  }

  return {
    async prepare(host) {
      const server = serverOf(engine.domain, host)
      const runbook = server.roles.includes('master') ? 'master-backup' : 'server-backup'
      const options = { waitMs: 0, downtimeLimitMs: engine.domain.limits.downtimeMs }
      const request = { runbook, hosts: [server.host], places: [], options, medium: { nextVolume } } as const
      await take((listener) => beginRun(engine, request, side, listener))
    },
    async prepareRestore(hosts, from, acceptLoss) {
      const archives = await chooseArchives(engine.domain.name, { hosts, from }, engine.workerPath)
      const request = { archives, acceptLoss, repair: true, nextVolume }
      await take(async (listener) => beginRestore(engine, () => side.end({ alone: true }), request, listener))
    },
    async prepareRepair(host, acceptLoss) {
      const request = { acceptLoss, repaired: () => undefined }
      await take(async (listener) => ({ runner: await beginRepair(engine, [host], request, listener) }))
    },
    suggestPath() {
      const server = run ? serverOf(engine.domain, run.runner.state().host) : masterOf(engine.domain)
      return join(engine.domain.folders.backups, archiveName(engine.domain, server, engine.clock.now()))
    },
    async next(to) {
      await choose(current(), to)
      begin((begun) => begun.runner.next())
    },
    async all(to) {
      await choose(current(), to)
      begin((begun) => begun.runner.all())
    },
    answerVolume(path) {
      if (settling === null) current()
      desk.answer(path)
    },
    async cancel() {
      const begun = current()
      cancelling = true
      show(begun.runner.state())
      const ended = begun.runner.cancel()
      desk.end()
      await ended
      show(begun.runner.state())
      await settled()
    },
    async dismiss() {
      const begun = run
      if (begun && !begun.runner.state().outcome) {
        if (working) throw fail('run-busy')
        await begun.runner.cancel()
      }
      run = null
      store.set('run', null)
    },
    rollback: () => settle(async () => ({ state: await rollbackRun(engine), refusal: null })),
    resume: () =>
      settle(async (signal) => {
        const { state, unread } = await resumeRun(engine, signal, undefined, nextVolume)
        return { state, refusal: unread[0] ?? null }
      }),
    async close() {
      if (settling !== null) {
        settling.abort.abort(new ProblemError(problem('cancelled')))
        desk.end()
        await settling.ended
      }
      if (!run || run.runner.state().outcome) return
      cancelling = true
      const ended = run.runner.cancel()
      desk.end()
      await ended
    },
    running: () =>
      settling !== null ||
      (run !== null && run.runner.state().outcome === null && (working || run.runner.state().stoppedAt !== null)),
  }
}

/** Only a backup is given up for the length of its outage: a restore that stopped half way would serve nobody. */
function backs({ runbook }: RunState): boolean {
  return runbook === 'master-backup' || runbook === 'server-backup'
}

/** What the console shows at its start when an earlier run was not settled, or null. */
export function unfinishedView(engine: Engine): RunView | null {
  const state = findUnfinished(engine)
  if (!state) return null
  return {
    state,
    phase: 'unfinished',
    progress: null,
    to: state.places[0]?.to ?? null,
    outageSince: state.stoppedAt,
    outageLimitMs: null,
    refusal: null,
    volume: null,
  }
}
