import type { ServerConfig, ServiceConfig } from '../../../shared/model/domain.ts'
import type { Receipt } from '../../../shared/model/run.ts'
import type { ServiceKind } from '../../../shared/model/service.ts'
import type { Engine } from '../engine.ts'
import type { StepContext } from '../procedure/step.ts'
import { ofKinds, startOrder, stopOrder } from './order.ts'
import { startPersistently, stopPersistently } from './persist.ts'

/** A run's stops and starts of one server: it remembers what it stopped, and how long that was down. */
export interface Downtime {
  readonly server: ServerConfig
  /** Stops the services of these kinds that run, dependents first; leaves alone, and remembers, what was down before. */
  stop(kinds: readonly ServiceKind[], context: StepContext): Promise<Receipt>
  /**
   * The services of these kinds that run, each as a function that stops it: its request is sent, and recorded before, when the
   * function returns; it resolves with the service's name once that is down.
   */
  begin(kinds: readonly ServiceKind[], context: StepContext): Promise<readonly (() => Promise<string>)[]>
  /** Starts those that this run stopped, Object Server first; one that fails keeps none from being tried. Throws its problem. Idempotent. */
  start(kinds: readonly ServiceKind[], context: StepContext): Promise<Receipt>
  /** Of those that this run stopped, the ones that do not serve now: `host/service`. */
  servicesDown(): Promise<readonly string[]>
  /** When the first was asked to stop, on the monotonic clock; null before that. */
  stoppedAt(): number | null
  /** When one last served again; null before that. */
  servedAgainAt(): number | null
}

/** A service that was down before the run is not started by it: the run leaves the domain as it found it. */
export function createDowntime(engine: Engine, server: ServerConfig): Downtime {
  const stopped = new Map<string, ServiceConfig>()
  let stoppedAt: number | null = null
  let restartedAt: number | null = null
  const nameOf = (service: ServiceConfig) => `${service.name} (${server.host})`

  async function look(service: ServiceConfig, context: StepContext): Promise<(() => Promise<string>) | null> {
    if (context.signal.aborted) throw context.signal.reason
    const driver = engine.driver(server.host, service.id)
    if ((await driver.status()).state === 'stopped') {
      context.note({ ja: `${nameOf(service)} は既に停止しています`, en: `${nameOf(service)} is already stopped` })
      return null
    }
    if (context.signal.aborted) throw context.signal.reason
    return () => {
      context.stopping(server.host, service.id)
      stoppedAt ??= engine.clock.monotonicMs()
      stopped.set(service.id, service)
      const onSignal = (name: string) =>
        context.note({ ja: `${nameOf(service)} を ${name} で終了します`, en: `ending ${nameOf(service)} by ${name}` })
      return stopPersistently(engine, server.host, service.id, context.signal, onSignal).then(() => {
        context.note({ ja: `${nameOf(service)} を停止しました`, en: `${nameOf(service)} stopped` })
        return service.name
      })
    }
  }

  return {
    server,
    async stop(kinds, context) {
      const done: string[] = []
      for (const service of ofKinds(stopOrder(server), kinds)) {
        const send = await look(service, context)
        if (send) done.push(await send())
      }
      return { services: done.join(', ') }
    },
    async begin(kinds, context) {
      const found: (() => Promise<string>)[] = []
      for (const service of ofKinds(stopOrder(server), kinds)) {
        const send = await look(service, context)
        if (send) found.push(send)
      }
      return found
    },
    async start(kinds, context) {
      const services = ofKinds(startOrder(server), kinds).filter((service) => stopped.has(service.id))
      const failures: unknown[] = []
      for (const service of services) {
        try {
          await startPersistently(engine, server.host, service.id)
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
    stoppedAt: () => stoppedAt,
    servedAgainAt: () => restartedAt,
  }
}
