import type { BackupsView, HistoryFilter, HistoryPage, HistoryRow, LastBackup } from '../../../shared/model/history.ts'
import type { Position } from '../../../shared/model/position.ts'
import { toProblem } from '../../../shared/model/problem.ts'
import { foldRun, type RunState } from '../../../shared/model/run-state.ts'
import type { RunStore } from '../ports/run-store.ts'

/** The records of runs as the 履歴 window asks for them. A record that has ended is read once; it never changes again. */
export interface History {
  /** Newest first. A record that cannot be read is a row with its problem. */
  page(filter: HistoryFilter, offset: number, limit: number): HistoryPage
  /** One run, whole. Throws `run-unknown` (64), `run-record-corrupt`. */
  run(runId: string): RunState
  /** What the main window says of the past; `position`: where the name database stands now, where that is known. */
  backups(hosts: readonly string[], position: Position | null): BackupsView
}

/** How many runs back the newest backup of a server is looked for. */
const lookBack = 400

export function createHistory(runs: RunStore): History {
  const ended = new Map<string, RunState>()

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

  return {
    page(filter, offset, limit) {
      const rows = runs
        .list()
        .map(row)
        .filter((each) => fits(each, filter))
      return { rows: rows.slice(offset, offset + limit), total: rows.length }
    },
    run: read,
    backups(hosts, position) {
      const [newest] = runs.list()
      const found = new Map<string, LastBackup>()
      for (const runId of runs.list().slice(0, lookBack)) {
        if (found.size === hosts.length) break
        for (const backup of backupsOf(() => read(runId), position)) {
          if (hosts.includes(backup.host) && !found.has(backup.host)) found.set(backup.host, backup)
        }
      }
      const none = (host: string): LastBackup => ({ host, at: null, path: null, changesSince: null })
      return {
        newest: newest === undefined ? null : { runId: newest, outcome: row(newest).outcome },
        last: hosts.map((host) => found.get(host) ?? none(host)),
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

/** The verified archives of a run, as backups of their servers; none for a run that cannot be read. */
function backupsOf(read: () => RunState, position: Position | null): readonly LastBackup[] {
  try {
    const { archives, endedAt } = read()
    return archives.map(({ host, path, position: at }) => {
      const comparable = position !== null && at !== null && at.timeline === position.timeline
      return { host, path, at: endedAt, changesSince: comparable ? Math.max(0, position.number - at.number) : null }
    })
  } catch {
    return []
  }
}
