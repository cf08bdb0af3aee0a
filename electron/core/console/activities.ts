import { randomUUID } from 'node:crypto'
import type { Activity } from '../../../shared/model/console.ts'
import { toProblem } from '../../../shared/model/problem.ts'
import { type Engine, serverOf } from '../engine.ts'
import { startServer, stopServer } from '../servers/control.ts'
import type { Monitor } from './monitor.ts'
import type { ConsoleStore } from './store.ts'

/** How many settled activities stay visible, newest last. */
const kept = 8

/** Starts or stops a server or one of its services, shown while it goes on. Throws what it failed with. */
export type RunActivity = (action: Activity['action'], host: string, serviceId: string | null) => Promise<void>

export function createActivities(engine: Engine, store: ConsoleStore, monitor: () => Monitor): RunActivity {
  return async (action, host, serviceId) => {
    const server = serverOf(engine.domain, host)
    const id = randomUUID()
    const first: Activity = { id, action, host, serviceId, current: null, state: 'running', problem: null }
    store.set('activities', [...store.snapshot().activities.slice(1 - kept), first])

    function change(with_: Partial<Activity>): void {
      const next = store.snapshot().activities.map((each) => (each.id === id ? { ...each, ...with_ } : each))
      store.set('activities', next)
    }

    const work = action === 'start' ? startServer : stopServer
    try {
      await work(engine, server, serviceId, (service) => change({ current: service.name }))
      change({ state: 'done', current: null })
    } catch (error) {
      change({ state: 'failed', problem: toProblem(error) })
      throw error
    } finally {
      await monitor().refresh()
    }
  }
}
