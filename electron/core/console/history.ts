import type { CatalogEntry } from '../../../shared/model/catalog.ts'
import type { DirectoryStatus } from '../../../shared/model/directory.ts'
import type { BackupsView, HistoryFilter, HistoryPage, HistoryRow, LastBackup } from '../../../shared/model/history.ts'
import type { Place } from '../../../shared/model/position.ts'
import { type Problem, toProblem } from '../../../shared/model/problem.ts'
import { foldRun, type RunState } from '../../../shared/model/run-state.ts'
import type { ServerShape } from '../../../shared/model/server-shape.ts'
import { backupDue, changesSince, pastBackups } from '../check/backup-due.ts'
import { behindArchives } from '../check/behind-archives.ts'
import type { Engine } from '../engine.ts'
import { coverageOf } from '../journals/coverage.ts'
import { presentArchives } from '../journals/present-archives.ts'
import { seldomPresent } from './seldom-present.ts'

/** The records of runs as the 履歴 window asks for them. A record that has ended is read once; it never changes again. */
export interface History {
  /** Newest first. A record that cannot be read is a row with its problem. */
  page(filter: HistoryFilter, offset: number, limit: number): HistoryPage
  /** One run, whole. Throws `run-unknown` (64), `run-record-corrupt`. */
  run(runId: string): RunState
  /**
   * What the windows say of the past; `shapes`: the domain's servers now; `status`: what the master says of itself, where it can be asked.
   * Never rejects: what cannot be read is left out, and `problem` says why. A medium that hangs does not keep it (`seldomPresent`).
   */
  backups(shapes: readonly ServerShape[], status: DirectoryStatus | null): Promise<BackupsView>
}

/** How many runs back the newest backup of a server is looked for. */
const lookBack = 400

export function createHistory({ runs, catalog, medium }: Pick<Engine, 'runs' | 'catalog' | 'medium'>): History {
  const ended = new Map<string, RunState>()
  const isPresent = seldomPresent(medium)

  function read(runId: string): RunState {
    const known = ended.get(runId)
    if (known) return known
    const state = foldRun(runs.read(runId))
    if (state.outcome !== null) ended.set(runId, state)
    return state
  }

  function row(runId: string): HistoryRow {
    try {
      const { runbook, hosts, owner, startedAt, endedAt, outcome, outageMs, archives, problem } = read(runId)
      const paths = archives.map((archive) => archive.path)
      return { runId, runbook, hosts, owner, startedAt, endedAt, outcome, outageMs, archives: paths, problem }
    } catch (error) {
      const empty = { runbook: null, owner: null, startedAt: null, endedAt: null, outcome: null, outageMs: null }
      return { runId, ...empty, hosts: [], archives: [], problem: toProblem(error) }
    }
  }

  function* readRuns(ids: readonly string[]): Generator<RunState> {
    for (const runId of ids) {
      const run = ended.get(runId) ?? readable(() => read(runId))
      if (run !== null) yield run
    }
  }

  function lastBackups(ids: readonly string[], shapes: readonly ServerShape[], line: Place | null): LastBackup[] {
    const hosts = shapes.map(({ host }) => host)
    const past = pastBackups(readRuns(ids.slice(0, lookBack)), hosts)
    return hosts.map((host) => {
      const backup = past.good.get(host)
      return {
        host,
        at: backup?.endedAt ?? null,
        path: backup?.archive.path ?? null,
        changesSince: changesSince(backup, line),
        due: [...backupDue(host, shapes, past, line)],
      }
    })
  }

  async function coverage(
    status: DirectoryStatus,
    archives: readonly CatalogEntry[],
  ): Promise<BackupsView['coverage']> {
    if (status.journals.every(({ segments }) => segments.length === 0)) return []
    return coverageOf(status.journals, status, archives, await presentArchives({ isPresent }, archives))
  }

  return {
    page(filter, offset, limit) {
      const rows = runs
        .list()
        .map(row)
        .filter((each) => fits(each, filter))
      return { rows: rows.slice(offset, offset + limit), total: rows.length }
    },
    run: read,
    async backups(shapes, status) {
      const problems: Problem[] = []
      const told = (error: unknown) => void problems.push(toProblem(error))
      const ids = readable(() => runs.list(), told) ?? []
      const [newest] = ids
      const archives = status === null ? [] : (readable(() => catalog.entries(), told) ?? [])
      const behind = status?.repairPending === null ? behindArchives(status.host, status, archives) : null
      return {
        newest: newest === undefined ? null : { runId: newest, outcome: row(newest).outcome },
        last: lastBackups(ids, shapes, status),
        coverage: status === null ? [] : ((await coverage(status, archives).catch(told)) ?? []),
        behind,
        problem: problems[0] ?? null,
      }
    },
  }
}

function fits(row: HistoryRow, { host, runbook, outcome, text }: HistoryFilter): boolean {
  if (host !== null && !row.hosts.includes(host)) return false
  if (runbook !== null && row.runbook !== runbook) return false
  if (outcome !== null && outcome !== (row.outcome ?? 'unfinished')) return false
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return true
  return [row.owner?.operator ?? '', row.runId, ...row.archives].some((each) => each.toLowerCase().includes(wanted))
}

function readable<Value>(read: () => Value, failed: (error: unknown) => void = () => undefined): Value | null {
  try {
    return read()
  } catch (error) {
    failed(error)
    return null
  }
}
