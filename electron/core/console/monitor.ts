import { type Problem, toProblem } from '../../../shared/model/problem.ts'
import type { ServerShape } from '../../../shared/model/server-shape.ts'
import { serverShapes } from '../check/server-shapes.ts'
import type { Engine } from '../engine.ts'
import { scheduleView } from '../schedule/schedule-view.ts'
import { serverStatuses } from '../servers/control.ts'
import type { History } from './history.ts'
import type { ConsoleStore } from './store.ts'

/** What is planned changes seldom, and asking for it starts programs of the system. */
const scheduleEveryMs = 60_000

/** Settings change seldom, too, and their disk may be slow. */
const settingsEveryMs = 10_000

/** Keeps the snapshot's servers, directory and last backups true. */
export interface Monitor {
  /** Looks now; resolves when the snapshot shows what was found of servers and directory. Never rejects. */
  refresh(): Promise<void>
  stop(): void
}

/**
 * Processes of other people start and end without telling us, so their state is asked for, every `intervalMs` and
 * after each of our own operations. One look at a time: a look that is slow delays the next one. Servers, directory and
 * the past are looked at apart: an address service that hangs does not hide what becomes of the services, nor a catalog that cannot
 * be read, or a medium that hangs, what becomes of the directory. What a look fails with is logged once until it fails otherwise.
 */
export function startMonitor(engine: Engine, store: ConsoleStore, history: History, intervalMs: number): Monitor {
  let shapes: readonly ServerShape[] | null = null
  const hosts = engine.domain.servers.map((server) => server.host)
  const telling = (what: string) => {
    let last: string | null = null
    return (found: Problem | null) => {
      const text = found === null ? null : JSON.stringify(found)
      if (found !== null && text !== last) {
        engine.log({ event: `monitor.${what}-failed`, level: 'warn', code: found.code, text: found.message.en })
      }
      last = text
    }
  }
  const servers = repeat(
    async () => {
      const found = await serverStatuses(engine)
      return { show: () => store.set('servers', [...found]) }
    },
    intervalMs,
    telling('servers'),
  )
  const directory = repeat(
    async () => {
      const found = await engine.names.status().then(
        (status) => ({ kind: 'up', status }) as const,
        (error: unknown) => ({ kind: 'down', problem: toProblem(error) }) as const,
      )
      return { show: () => store.set('directory', found) }
    },
    intervalMs,
    telling('directory'),
  )
  const past = repeat(
    async () => {
      const { directory } = store.snapshot()
      shapes ??= await serverShapes(engine.domain, [])
      const found = await history.backups(shapes, directory.kind === 'up' ? directory.status : null)
      return { show: () => store.set('backups', found), problem: found.problem }
    },
    intervalMs,
    telling('backups'),
  )
  const settings = repeat(
    async () => {
      const found = await serverShapes(engine.domain, hosts)
      return {
        show: () => {
          shapes = found
        },
      }
    },
    settingsEveryMs,
    telling('settings'),
  )
  const schedule = repeat(
    async () => {
      const found = await scheduleView(engine).catch(() => null)
      return { show: () => store.set('schedule', found) }
    },
    scheduleEveryMs,
    telling('schedule'),
  )
  return {
    async refresh() {
      await Promise.all([servers.refresh(), directory.refresh()])
      void past.refresh()
    },
    stop() {
      servers.stop()
      directory.stop()
      past.stop()
      settings.stop()
      schedule.stop()
    },
  }
}

/** The way to show what was found, and what could not be. */
interface Found {
  readonly show: () => void
  readonly problem?: Problem | null
}

/** Looks again and again; `told` hears how each look went. */
function repeat(look: () => Promise<Found>, intervalMs: number, told: (found: Problem | null) => void): Monitor {
  let looking: Promise<void> | null = null
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  async function once(): Promise<void> {
    try {
      const { show, problem = null } = await look()
      if (!stopped) show()
      told(problem)
    } catch (error) {
      told(toProblem(error))
    }
  }

  function refresh(): Promise<void> {
    looking ??= once().finally(() => {
      looking = null
    })
    return looking
  }

  function again(): void {
    if (stopped) return
    timer = setTimeout(() => void refresh().then(again), intervalMs)
  }

  void refresh().then(again)
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
