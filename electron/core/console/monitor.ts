import { toProblem } from '../../../shared/model/problem.ts'
import type { Engine } from '../engine.ts'
import { scheduleView } from '../schedule/schedule-view.ts'
import { serverStatuses } from '../servers/control.ts'
import type { History } from './history.ts'
import type { ConsoleStore } from './store.ts'

/** What is planned changes seldom, and asking for it starts programs of the system. */
const scheduleEveryMs = 60_000

/** Keeps the snapshot's servers, directory and last backups true. */
export interface Monitor {
  /** Looks now; resolves when the snapshot shows what was found. */
  refresh(): Promise<void>
  stop(): void
}

/**
 * Processes of other people start and end without telling us, so their state is asked for, every `intervalMs` and
 * after each of our own operations. One look at a time: a look that is slow delays the next one. Servers and directory
 * are looked at apart, so that an address service that hangs does not hide what becomes of the services.
 */
export function startMonitor(engine: Engine, store: ConsoleStore, history: History, intervalMs: number): Monitor {
  const hosts = engine.domain.servers.map((server) => server.host)
  const servers = repeat(async () => {
    const found = await serverStatuses(engine)
    return () => store.set('servers', [...found])
  }, intervalMs)
  const directory = repeat(async () => {
    const found = await engine.names.status().then(
      (status) => ({ kind: 'up', status }) as const,
      (error: unknown) => ({ kind: 'down', problem: toProblem(error) }) as const,
    )
    const backups = await history.backups(hosts, found.kind === 'up' ? found.status : null)
    return () => {
      store.set('directory', found)
      store.set('backups', backups)
    }
  }, intervalMs)
  const schedule = repeat(async () => {
    const found = await scheduleView(engine).catch(() => null)
    return () => store.set('schedule', found)
  }, scheduleEveryMs)
  return {
    async refresh() {
      await Promise.all([servers.refresh(), directory.refresh()])
    },
    stop() {
      servers.stop()
      directory.stop()
      schedule.stop()
    },
  }
}

/** Looks again and again; `look` gives the way to show what it found. */
function repeat(look: () => Promise<() => void>, intervalMs: number): Monitor {
  let looking: Promise<void> | null = null
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  async function once(): Promise<void> {
    const show = await look()
    if (!stopped) show()
  }

  function refresh(): Promise<void> {
    looking ??= once().finally(() => {
      looking = null
    })
    return looking
  }

  function again(): void {
    if (stopped) return
    timer = setTimeout(() => void refresh().then(again, again), intervalMs)
  }

  void refresh().then(again, again)
  return {
    async refresh() {
      await looking
      await refresh()
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
