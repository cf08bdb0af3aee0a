import type { ShellSignal } from '../../shared/contract.ts'
import type { Preferences } from '../../shared/model/console.ts'
import type { HistoryFilter, HistoryPage } from '../../shared/model/history.ts'
import type { ChangeRange } from '../../shared/model/position.ts'
import type { NewerChoice } from '../../shared/model/reconcile.ts'
import { stepIdOf } from '../../shared/model/run.ts'
import { browseActions } from './browse.ts'
import type { Dialog } from './state.ts'
import type { Access } from './store.ts'

/** Most runs of one answer. */
const historyPageRows = 1000

/** Everything that a window's features can do. */
export function createActions(access: Access) {
  const { store, ask } = access
  const browse = browseActions(access)
  const show = (dialog: Dialog | null) => store.setState({ dialog })

  /** Shows the 手順 window once a run-book was prepared there; one that has ended is put away first. */
  async function openPrepared(prepare: () => Promise<null | undefined>): Promise<void> {
    const run = store.getState().snapshot?.run ?? null
    if (run?.phase === 'ended' && (await ask('run.dismiss', null)) === undefined) return
    if ((await prepare()) === undefined) return
    show(null)
    await ask('window.open', { kind: 'run-book' })
  }

  return {
    browse,
    show,
    /** What the shell tells this window. */
    hear(signal: ShellSignal): void {
      if (signal.signal === 'quit-asked') show({ kind: 'quit' })
      else browse.chooseKind(signal.list)
    },
    dismissFailure: () => store.setState({ failure: null }),
    chooseServer: (host: string) => store.setState({ host }),
    setPreferences: (part: Partial<Preferences>) => ask('preferences.set', part),
    logon: () => ask('session.logon', null),
    logoff: () => ask('session.logoff', null),
    openNameDatabase: (show: 'user' | 'board') => ask('window.open', { kind: 'name-database', show }),
    openWindow: (kind: 'name-database' | 'run-book' | 'history' | 'archive') => ask('window.open', { kind }),
    closeWindow: () => ask('window.close', null),

    /** 運転席終了; while a run goes on it asks first. */
    async quit(confirmed: boolean): Promise<void> {
      const answer = await ask('console.quit', { confirmed })
      show(answer?.quitting === false ? { kind: 'quit' } : null)
    },
    start: (host: string, serviceId: string | null) => ask('servers.start', { host, serviceId }),
    stop: (host: string, serviceId: string | null) => ask('servers.stop', { host, serviceId }),

    /** Begins 排他; the dialog opens only when it was granted. */
    async openBackup(): Promise<void> {
      if ((await ask('backup.open', null)) !== undefined) show({ kind: 'backup', cleared: null })
    },
    async closeBackup(): Promise<void> {
      await ask('backup.close', null)
      show(null)
    },
    async clearJournal(host: string): Promise<void> {
      const segment = await ask('journal.clear', { host })
      if (segment !== undefined) show({ kind: 'backup', cleared: { host, segment } })
    },

    /** Prepares the run-book of a server, unless one is under way, and shows its window. */
    async openRunBook(host: string): Promise<void> {
      const run = store.getState().snapshot?.run ?? null
      const other = run !== null && run.phase === 'ended' && (await ask('run.dismiss', null)) === undefined
      if (other) return
      const ready = run !== null && run.phase !== 'ended'
      if (!ready && (await ask('run.prepare', { host })) === undefined) return
      await ask('window.open', { kind: 'run-book' })
    },
    /** 次へ or すべて実行: asks the nxbackup prompts first where the path is needed and not known. */
    async proceed(goal: 'next' | 'all'): Promise<void> {
      const run = store.getState().snapshot?.run
      if (run === null || run === undefined) return
      const waiting = run.state.steps.filter((step) => step.state === 'waiting').map(({ id }) => stepIdOf(id))
      const asks = goal === 'next' ? waiting[0] === 'nxbackup' : waiting.includes('nxbackup')
      if (!asks || run.to !== null) {
        const to = asks ? run.to : null
        await (goal === 'next' ? ask('run.next', { to }) : ask('run.all', { to }))
      } else {
        const suggested = await ask('run.suggestPath', null)
        if (suggested !== undefined) show({ kind: 'nxbackup', goal, suggested })
      }
    },
    /** The nxbackup prompts were answered with a path and `y`. */
    async answerNxbackup(goal: 'next' | 'all', to: string): Promise<void> {
      show(null)
      await (goal === 'next' ? ask('run.next', { to }) : ask('run.all', { to }))
    },
    /** The device of the volume that the run waits for; null gives the run up. */
    answerVolume: (path: string | null) => ask('run.volume', { path }),
    async cancelRun(): Promise<void> {
      show(null)
      await ask('run.cancel', null)
    },
    async dismissRun(): Promise<void> {
      if ((await ask('run.dismiss', null)) !== undefined) await ask('window.close', null)
    },
    /** The newest `wanted` runs that the filter lets through, however many pages that is; undefined after a failure. */
    async historyPage(filter: HistoryFilter, wanted: number): Promise<HistoryPage | undefined> {
      let whole: HistoryPage = { rows: [], total: 0 }
      do {
        const { length } = whole.rows
        const limit = Math.min(historyPageRows, wanted - length)
        const page = await ask('history.page', { filter, offset: length, limit })
        if (page === undefined) return undefined
        whole = { rows: [...whole.rows, ...page.rows], total: page.total }
        if (page.rows.length === 0) break
      } while (whole.rows.length < Math.min(wanted, whole.total))
      return whole
    },
    historyRun: (runId: string) => ask('history.run', { runId }),
    reconcile: (host: string, newer: NewerChoice) => ask('reconcile.start', { host, newer }),
    inspectRepair: (host: string) => ask('repair.inspect', { host }),
    async prepareRepair(host: string, acceptLoss: readonly ChangeRange[]): Promise<void> {
      await openPrepared(() => ask('repair.prepare', { host, acceptLoss: [...acceptLoss] }))
    },
    surveyRestore: (hosts: readonly string[], from: string) => ask('restore.survey', { hosts: [...hosts], from }),
    async prepareRestore(hosts: readonly string[], from: string, acceptLoss: readonly ChangeRange[]): Promise<void> {
      await openPrepared(() => ask('restore.prepare', { hosts: [...hosts], from, acceptLoss: [...acceptLoss] }))
    },
    /** What an archive is; `asks`: where nobody has named one of its volumes yet this answers null, and it is no failure. */
    async archiveOpen(path: string, asks: boolean) {
      let wanted = false
      const facts = await ask('archive.open', { path }, ({ code }) => {
        wanted = asks && code === 'volume-wanted'
        return wanted
      })
      return wanted ? null : facts
    },
    /** The task that asks where an archive's volumes are: its id. */
    archiveVolumes: (path: string) => ask('archive.volumes', { path }),
    archiveFolder: (path: string, folder: string, next: string | null, limit: number) =>
      ask('archive.folder', { path, folder, next, limit }),
    archiveSearch: (path: string, text: string, next: string | null, limit: number) =>
      ask('archive.search', { path, text, next, limit }),
    async archiveExtract(path: string, select: readonly string[], to: string): Promise<void> {
      if ((await ask('archive.extract', { path, select: [...select], to })) !== undefined) show(null)
    },
    /** Shows an archive in the アーカイブ window. */
    async showArchive(path: string): Promise<void> {
      if ((await ask('archive.choose', { path })) !== undefined) await ask('window.open', { kind: 'archive' })
    },
    /** The path that the operator chose; null where none was. */
    chooseFile: async (what: 'csv' | 'archive' | 'folder') => (await ask('file.choose', { what })) ?? null,
    /** The device of the volume that a task waits for; null gives the task up. */
    answerTaskVolume: (id: string, path: string | null) => ask('task.volume', { id, path }),
    cancelTask: (id: string) => ask('task.cancel', { id }),
    dismissTask: (id: string) => ask('task.dismiss', { id }),
    rollbackRun: () => ask('run.rollback', null),
    resumeRun: () => ask('run.resume', null),
    /** Starts again what an ended run had to leave down: `host/service` each, in the order given. */
    async startServices(names: readonly string[]): Promise<void> {
      for (const name of names) {
        const [host, serviceId] = name.split('/')
        if (host === undefined || serviceId === undefined) continue
        if ((await ask('servers.start', { host, serviceId })) === undefined) return
      }
    },
  }
}

export type Actions = ReturnType<typeof createActions>
