import { join } from 'node:path'
import type { RunView } from '../../../shared/model/console.ts'
import { fail, type Problem, toProblem } from '../../../shared/model/problem.ts'
import type { RunState } from '../../../shared/model/run-state.ts'
import { type Engine, masterOf, serverOf } from '../engine.ts'
import { archiveName } from '../operations/archive-name.ts'
import { type BackupRun, beginRun } from '../operations/backup/begin-run.ts'
import type { ConsoleSide } from '../operations/console-side.ts'
import { findUnfinished, rollbackRun } from '../operations/rollback.ts'
import type { ConsoleStore } from './store.ts'

/** The run of the 手順 window. It lives in the main process: no window's end ends it. */
export interface RunDriver {
  prepare(host: string): Promise<void>
  suggestPath(): string
  next(to: string | null): Promise<void>
  all(to: string): Promise<void>
  cancel(): Promise<void>
  dismiss(): Promise<void>
  rollback(): Promise<void>
  /** The console ends: a run that has not ended is cancelled, which brings its services back and frees its servers. */
  close(): Promise<void>
  /** Whether services may be down because of this run, or a step is under way. */
  running(): boolean
}

export function createRunDriver(
  engine: Engine,
  store: ConsoleStore,
  side: ConsoleSide,
  settled: () => Promise<void>,
): RunDriver {
  let run: BackupRun | null = null
  let cancelling = false
  let working = false

  function show(state: RunState, refusal: Problem | null = null): void {
    const phase = state.outcome ? 'ended' : cancelling ? 'cancelling' : working ? 'busy' : 'idle'
    const progress = phase === 'busy' ? (store.snapshot().run?.progress ?? null) : null
    const view: RunView = {
      state,
      phase,
      progress,
      to: state.places[0]?.to ?? null,
      outageSince: state.stoppedAt,
      refusal,
    }
    store.set('run', view)
  }

  function current(): BackupRun {
    if (!run) throw fail('no-run')
    return run
  }

  /** Begins the work and answers at once; what it comes to is seen in the snapshot. */
  function begin(work: (begun: BackupRun) => Promise<unknown>): void {
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
        show(begun.runner.state(), refusal)
        void settled()
      })
  }

  async function choose(begun: BackupRun, to: string | null): Promise<void> {
    const { host, places } = begun.runner.state()
    if (to !== null && to !== places[0]?.to) await begun.choosePath({ host, to })
  }

  return {
    async prepare(host) {
      if (run && !run.runner.state().outcome) throw fail('run-busy')
      const server = serverOf(engine.domain, host)
      const runbook = server.roles.includes('master') ? 'master-backup' : 'server-backup'
      const options = { waitMs: 0, downtimeLimitMs: null }
      const request = { runbook, hosts: [server.host], places: [], options } as const
      cancelling = false
      run = await beginRun(engine, request, side, {
        changed: (state) => show(state),
        progress: (progress) => store.progress(progress),
        unrecorded: (event, found) => engine.log({ event: 'run.unrecorded', kind: event.kind, code: found.code }),
      })
      show(run.runner.state())
    },
    suggestPath() {
      const server = run ? serverOf(engine.domain, run.runner.state().host) : masterOf(engine.domain)
      return join(engine.domain.folders.backups, archiveName(server, engine.clock.now()))
    },
    async next(to) {
      await choose(current(), to)
      begin((begun) => begun.runner.next())
    },
    async all(to) {
      await choose(current(), to)
      begin((begun) => begun.runner.all())
    },
    async cancel() {
      const begun = current()
      cancelling = true
      show(begun.runner.state())
      await begun.runner.cancel()
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
    async rollback() {
      const state = await rollbackRun(engine)
      show(state)
      await settled()
    },
    async close() {
      if (run && !run.runner.state().outcome) await run.runner.cancel()
    },
    running: () =>
      run !== null && run.runner.state().outcome === null && (working || run.runner.state().stoppedAt !== null),
  }
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
    refusal: null,
  }
}
