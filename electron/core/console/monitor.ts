import { toProblem } from '../../../shared/model/problem.ts'
import type { Engine } from '../engine.ts'
import { serverStatuses } from '../servers/control.ts'
import type { ConsoleStore } from './store.ts'

/** Keeps the snapshot's servers and directory true. */
export interface Monitor {
  /** Looks now; resolves when the snapshot shows what was found. */
  refresh(): Promise<void>
  stop(): void
}

/**
 * Processes of other people start and end without telling us, so their state is asked for, every `intervalMs` and
 * after each of our own operations. One look at a time: a look that is slow delays the next one.
 */
export function startMonitor(engine: Engine, store: ConsoleStore, intervalMs: number): Monitor {
  let looking: Promise<void> | null = null
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    const [servers, directory] = await Promise.all([
      serverStatuses(engine),
      engine.names.status().then(
        (status) => ({ kind: 'up', status }) as const,
        (error: unknown) => ({ kind: 'down', problem: toProblem(error) }) as const,
      ),
    ])
    if (stopped) return
    store.set('servers', [...servers])
    store.set('directory', directory)
  }

  function refresh(): Promise<void> {
    looking ??= look().finally(() => {
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
