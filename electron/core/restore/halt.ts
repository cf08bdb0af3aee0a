import type { ServerConfig, ServiceConfig } from '../../../shared/model/domain.ts'
import { type Problem, toProblem } from '../../../shared/model/problem.ts'
import type { Receipt } from '../../../shared/model/run.ts'
import type { ServiceKind } from '../../../shared/model/service.ts'
import { serviceKinds } from '../../../shared/model/service.ts'
import type { Engine } from '../engine.ts'
import type { StepContext } from '../procedure/step.ts'
import { ofKinds, stopOrder } from '../servers/order.ts'
import { startPersistently, stopPersistently } from '../servers/persist.ts'

/** The services of all servers that a restore halts: with the master, the whole domain (facts §8). Retries and escalation as the domain file says. */
export interface Halt {
  /** Stops the services of these kinds that are not stopped, one kind after the other, at all servers at the same time. */
  stop(kinds: readonly ServiceKind[], context: StepContext): Promise<Receipt>
  /**
   * Starts of these kinds what was stopped, and of servers named in `whole` every service. Each is tried; throws the first failure.
   * What had crashed before is tried too; that it does not start is a warning: with a disk of its own it may be beyond help.
   */
  start(kinds: readonly ServiceKind[], context: StepContext, whole?: readonly string[]): Promise<Receipt>
  /** `host/service` of those that should serve now and do not. */
  servicesDown(): Promise<readonly string[]>
  stoppedAny(): boolean
  outageMs(): number | null
  /** Why services do not start that had crashed before. */
  warnings(): readonly Problem[]
}

type One = { readonly server: ServerConfig; readonly service: ServiceConfig }

/** `servers`: the master first. A service that was down before is started only at a server whose data was exchanged. */
export function createHalt(engine: Engine, servers: readonly ServerConfig[]): Halt {
  const stopped = new Map<string, One>()
  const crashed = new Map<string, One>()
  const beyondHelp = new Set<string>()
  const warnings: Problem[] = []
  let exchanged: readonly string[] = []
  let stoppedAt: number | null = null
  let servedAt: number | null = null
  const idOf = ({ server, service }: One) => `${server.host}/${service.id}`
  const nameOf = ({ server, service }: One) => `${service.name} (${server.host})`
  const driverOf = ({ server, service }: One) => engine.driver(server.host, service.id)

  /** What should serve: what was stopped, and all of a server whose data was exchanged. */
  function wanted(): readonly One[] {
    const whole = servers.filter(({ host }) => exchanged.includes(host))
    const all = whole.flatMap((server) => server.services.map((service): One => ({ server, service })))
    return [...new Map([...stopped, ...all.map((one) => [idOf(one), one] as const)]).values()]
  }

  async function stop(one: One, context: StepContext): Promise<boolean> {
    if (context.signal.aborted) throw context.signal.reason
    const { state, pid } = await driverOf(one).status()
    if (state === 'stopped') return false
    if (context.signal.aborted) throw context.signal.reason
    if (state === 'failed' && pid === null && !exchanged.includes(one.server.host)) {
      crashed.set(idOf(one), one)
      // From here on it is told as stopped: whoever recovers a restore that died has to bring it back, or to name it.
      context.stopping(one.server.host, one.service.id)
      await driverOf(one).stop(context.signal)
      return false
    }
    context.stopping(one.server.host, one.service.id)
    stoppedAt ??= engine.clock.monotonicMs()
    servedAt = null
    // What only the exchange had brought up is not brought up again when that is taken back.
    if (!exchanged.includes(one.server.host) && !crashed.has(idOf(one))) stopped.set(idOf(one), one)
    const onSignal = (name: string) =>
      context.note({ ja: `${nameOf(one)} を ${name} で終了します`, en: `ending ${nameOf(one)} by ${name}` })
    await stopPersistently(engine, one.server.host, one.service.id, context.signal, onSignal)
    context.note({ ja: `${nameOf(one)} を停止しました`, en: `${nameOf(one)} stopped` })
    return true
  }

  async function start(one: One, context: StepContext): Promise<void> {
    await startPersistently(engine, one.server.host, one.service.id)
    context.started(one.server.host, one.service.id)
    context.note({ ja: `${nameOf(one)} を起動しました`, en: `${nameOf(one)} started` })
    servedAt = engine.clock.monotonicMs()
  }

  /** Started with the rest; nobody owes them to whoever restores something else. */
  async function startCrashed(kind: ServiceKind, context: StepContext): Promise<void> {
    for (const one of crashed.values()) {
      const { host } = one.server
      // What stands on a layer that did not start cannot either.
      if (one.service.kind !== kind || exchanged.includes(host) || beyondHelp.has(host)) continue
      try {
        await start(one, context)
      } catch (error) {
        beyondHelp.add(host)
        warnings.push(toProblem(error))
      }
    }
  }

  return {
    async stop(kinds, context) {
      const names: string[] = []
      for (const kind of [...serviceKinds].reverse().filter((each) => kinds.includes(each))) {
        const of = servers.flatMap((server) =>
          ofKinds(stopOrder(server), [kind]).map((service) => ({ server, service })),
        )
        const settled = await Promise.allSettled(of.map((one) => stop(one, context)))
        settled.forEach((each, index) => {
          if (each.status === 'fulfilled' && each.value) names.push(nameOf(of[index] as One))
        })
        throwFirst(settled)
      }
      return { services: names.join(', ') }
    },
    async start(kinds, context, whole = []) {
      exchanged = whole
      const names: string[] = []
      const failures: PromiseSettledResult<unknown>[] = []
      for (const kind of serviceKinds.filter((each) => kinds.includes(each))) {
        const of = wanted().filter(({ service }) => service.kind === kind)
        failures.push(...(await Promise.allSettled(of.map((one) => start(one, context)))))
        names.push(...of.map(nameOf))
        await startCrashed(kind, context)
      }
      throwFirst(failures)
      return { services: names.join(', ') }
    },
    async servicesDown() {
      const all = wanted()
      const states = await Promise.all(all.map((one) => driverOf(one).status()))
      return all.filter((_, index) => states[index]?.state !== 'running').map(idOf)
    },
    warnings: () => warnings,
    stoppedAny: () => stoppedAt !== null,
    outageMs: () => (stoppedAt === null ? null : Math.round((servedAt ?? engine.clock.monotonicMs()) - stoppedAt)),
  }
}

function throwFirst(settled: readonly PromiseSettledResult<unknown>[]): void {
  for (const each of settled) if (each.status === 'rejected') throw each.reason
}
