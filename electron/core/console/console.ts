import { hostname } from 'node:os'
import type { Preferences } from '../../../shared/model/console.ts'
import { fail } from '../../../shared/model/problem.ts'
import { serverShapes } from '../check/server-shapes.ts'
import { type Engine, serverOf } from '../engine.ts'
import { assertNoConsole } from '../operations/console-side.ts'
import { absolutePath } from './absolute-path.ts'
import { createActivities } from './activities.ts'
import { archiveHandlers } from './archive-handlers.ts'
import { createBackupDialog } from './backup-dialog.ts'
import { createHistory } from './history.ts'
import { importTask } from './import-task.ts'
import { startMonitor } from './monitor.ts'
import type { Console } from './port.ts'
import { reconcileTask } from './reconcile-task.ts'
import { createRunDriver, unfinishedView } from './run-driver.ts'
import { createConsoleSession } from './session.ts'
import { createConsoleStore } from './store.ts'
import { surveyTask } from './survey-task.ts'
import { createTasks } from './tasks.ts'

/** Where the console's preferences are kept between two starts. */
export interface PreferencesStore {
  read(): Preferences
  write(preferences: Preferences): void
}

/** How often the state of other processes is asked for. */
const lookEveryMs = 1000

/**
 * Opens a console on a composed domain: logs on when the master's address service runs, looks for a run that was
 * never settled, and keeps the snapshot true from then on.
 */
export async function openConsole(engine: Engine, preferences: PreferencesStore): Promise<Console> {
  const { domain, owner } = engine
  const history = createHistory(engine)
  const store = createConsoleStore({
    revision: 0,
    domain: { name: domain.name, file: domain.file, backups: domain.folders.backups },
    operator: owner.operator,
    host: hostname(),
    preferences: preferences.read(),
    servers: [],
    directory: { kind: 'unknown' },
    session: { kind: 'off', ended: null },
    lock: { kind: 'none' },
    activities: [],
    run: unfinishedView(engine),
    backups: await history.backups(await serverShapes(domain, []), null),
    schedule: null,
    tasks: [],
    archive: null,
  })
  /** Volumes that were found once are looked for there again by whatever reads them next: a survey, then its restore. */
  const places = new Map<string, string>()
  const tasks = createTasks(store, places)
  const session = createConsoleSession(engine, store)
  const dialog = createBackupDialog(engine, store)
  const monitor = startMonitor(engine, store, history, lookEveryMs)
  const activity = createActivities(engine, store, () => monitor)
  const run = createRunDriver(
    engine,
    store,
    places,
    {
      open: () => session.logon(),
      async end({ alone }) {
        await dialog.close()
        await session.logoff()
        if (alone) await assertNoConsole(engine)
      },
    },
    () => monitor.refresh(),
  )

  function assertOn(): void {
    if (store.snapshot().session.kind === 'off') throw fail('logged-off')
  }

  await monitor.refresh()
  if (store.snapshot().directory.kind === 'up' && store.snapshot().run === null) {
    await session.logon().catch((error: unknown) => engine.log({ event: 'logon.failed', text: String(error) }))
  }

  return {
    handlers: {
      'state.snapshot': async () => store.snapshot(),
      'preferences.set': async (change) => {
        const next = { ...store.snapshot().preferences, ...definedOnly(change) }
        preferences.write(next)
        store.set('preferences', next)
        return next
      },
      'session.logon': async () => {
        await session.logon()
        await monitor.refresh()
        return null
      },
      'session.logoff': async () => {
        if (store.snapshot().lock.kind === 'held') throw fail('dialog-open')
        await session.logoff()
        return null
      },
      'servers.start': async ({ host, serviceId }) => {
        await activity('start', host, serviceId)
        return null
      },
      'servers.stop': async ({ host, serviceId }) => {
        await activity('stop', host, serviceId)
        return null
      },
      'directory.search': async (query) => {
        assertOn()
        return engine.names.search(query)
      },
      'directory.locate': async (query) => {
        assertOn()
        return engine.names.locate(query)
      },
      'directory.edit': async ({ edits }) => {
        assertOn()
        const edited = await engine.names.edit(edits, owner.operator)
        void monitor.refresh()
        return edited
      },
      'directory.import': async (options) => {
        assertOn()
        return tasks.begin('import', absolutePath(options.file), async (context) => {
          try {
            return await importTask(engine, options, context)
          } finally {
            void monitor.refresh()
          }
        })
      },
      'backup.open': async () => {
        assertOn()
        await dialog.open()
        await monitor.refresh()
        return null
      },
      'backup.close': async () => {
        await dialog.close()
        await monitor.refresh()
        return null
      },
      'journal.clear': async ({ host }) => {
        const segment = await dialog.clear(host)
        await monitor.refresh()
        return segment
      },
      'run.prepare': async ({ host }) => {
        await run.prepare(host)
        return null
      },
      'run.suggestPath': async () => run.suggestPath(),
      'run.next': async ({ to }) => {
        await run.next(to)
        return null
      },
      'run.all': async ({ to }) => {
        await run.all(to)
        return null
      },
      'run.volume': async ({ path }) => {
        run.answerVolume(path)
        return null
      },
      'run.cancel': async () => {
        await run.cancel()
        return null
      },
      'run.dismiss': async () => {
        await run.dismiss()
        return null
      },
      'run.rollback': async () => {
        await run.rollback()
        return null
      },
      'run.resume': async () => {
        await run.resume()
        return null
      },
      ...archiveHandlers(engine, store, tasks, places),
      'repair.inspect': async ({ host }) => engine.repair.inspect(host),
      'repair.prepare': async ({ host, acceptLoss }) => {
        await run.prepareRepair(host, acceptLoss)
        return null
      },
      'restore.survey': async ({ hosts: wanted, from }) =>
        tasks.begin('survey', [...wanted, absolutePath(from)].join(' '), (context) =>
          surveyTask(engine, wanted, from, context),
        ),
      'restore.prepare': async ({ hosts: wanted, from, acceptLoss }) => {
        await run.prepareRestore(wanted, absolutePath(from), acceptLoss)
        return null
      },
      'reconcile.start': async ({ host, newer }) => {
        assertOn()
        serverOf(domain, host)
        return tasks.begin('reconcile', host, (context) => reconcileTask(engine, host, newer, context))
      },
      'task.volume': async ({ id, path }) => {
        tasks.answerVolume(id, path)
        return null
      },
      'task.cancel': async ({ id }) => {
        tasks.cancel(id)
        return null
      },
      'task.dismiss': async ({ id }) => {
        tasks.dismiss(id)
        return null
      },
      'history.page': async ({ filter, offset, limit }) => history.page(filter, offset, limit),
      'history.run': async ({ runId }) => history.run(runId),
    },
    subscribe: store.subscribe,
    onNotice: (listener) => (domain.notifications.desktop ? engine.teller.subscribe(listener) : () => undefined),
    running: run.running,
    dialogGone: () => dialog.close(),
    async close() {
      await run.close().catch((error: unknown) => engine.log({ event: 'run.cancel-failed', text: String(error) }))
      await dialog.close().catch((error: unknown) => engine.log({ event: 'lock.release-failed', text: String(error) }))
      await session.logoff().catch((error: unknown) => engine.log({ event: 'logoff.failed', text: String(error) }))
      await tasks.close()
      monitor.stop()
      await engine.teller.settled()
      engine.close()
    },
  }
}

/** A partial from IPC without the keys that are there but undefined. */
function definedOnly(change: { [Key in keyof Preferences]?: Preferences[Key] | undefined }): Partial<Preferences> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}
