import type { ServerConfig, ServiceConfig } from '../../../shared/model/domain.ts'
import type { Receipt } from '../../../shared/model/run.ts'
import type { ServiceKind } from '../../../shared/model/service.ts'
import type { Engine } from '../engine.ts'
import type { StepContext } from '../procedure/step.ts'
import { startServices } from './control.ts'
import { ofKinds, startOrder, stopOrder } from './order.ts'

/** A run's stops and starts of one server: it remembers what it stopped, and how long that was down. */
export interface Downtime {
  /** Stops the services of these kinds that run, dependents first; leaves alone, and remembers, what was down before. */
  stop(kinds: readonly ServiceKind[], context: StepContext): Promise<Receipt>
  /** Starts those that this run stopped, Object Server first; one that fails keeps none from being tried. Throws its problem. Idempotent. */
  start(kinds: readonly ServiceKind[], context: StepContext): Promise<Receipt>
  /** Of those that this run stopped, the ones that do not serve now: `host/service`. */
  servicesDown(): Promise<readonly string[]>
  stoppedAny(): boolean
  /** From the first stop to the moment when the last stopped service served again (or to now). */
  outageMs(): number | null
}

/** A service that was down before the run is not started by it: the run leaves the domain as it found it. */
export function createDowntime(engine: Engine, server: ServerConfig): Downtime {
  const stopped = new Map<string, ServiceConfig>()
  let stoppedAt: number | null = null
  let restartedAt: number | null = null
  const nameOf = (service: ServiceConfig) => `${service.name} (${server.host})`

  return {
    async stop(kinds, context) {
      const done: string[] = []
      for (const service of ofKinds(stopOrder(server), kinds)) {
        if (context.signal.aborted) throw context.signal.reason
        const driver = engine.driver(server.host, service.id)
        if ((await driver.status()).state === 'stopped') {
          context.note({ ja: `${nameOf(service)} は既に停止しています`, en: `${nameOf(service)} is already stopped` })
          continue
        }
        if (context.signal.aborted) throw context.signal.reason
        context.stopping(server.host, service.id)
        stoppedAt ??= engine.clock.monotonicMs()
        stopped.set(service.id, service)
        await driver.stop(context.signal)
        context.note({ ja: `${nameOf(service)} を停止しました`, en: `${nameOf(service)} stopped` })
        done.push(service.name)
      }
      return { services: done.join(', ') }
    },
    async start(kinds, context) {
      const services = ofKinds(startOrder(server), kinds).filter((service) => stopped.has(service.id))
      const failures: unknown[] = []
      for (const service of services) {
        try {
          await startServices(engine, server, [service])
          restartedAt = engine.clock.monotonicMs()
          context.started(server.host, service.id)
          context.note({ ja: `${nameOf(service)} を起動しました`, en: `${nameOf(service)} started` })
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
      return { services: services.map((service) => service.name).join(', ') }
    },
    async servicesDown() {
      const names = [...stopped.values()]
      const states = await Promise.all(names.map((service) => engine.driver(server.host, service.id).status()))
      return names.filter((_, index) => states[index]?.state !== 'running').map((each) => `${server.host}/${each.id}`)
    },
    stoppedAny: () => stoppedAt !== null,
    outageMs: () => (stoppedAt === null ? null : Math.round((restartedAt ?? engine.clock.monotonicMs()) - stoppedAt)),
  }
}
