import type { Receipt } from '../../../shared/model/run.ts'
import type { ServiceKind } from '../../../shared/model/service.ts'
import type { StepContext } from '../procedure/step.ts'
import type { Downtime } from './downtime.ts'

/**
 * Stops the services of one kind at several servers at the same time: every request is sent before any is awaited. Once
 * all are over the first failure is thrown. Gives the names of those stopped.
 */
export async function stopTogether(
  servers: readonly Downtime[],
  kind: ServiceKind,
  context: StepContext,
): Promise<readonly string[]> {
  const found: (() => Promise<string>)[] = []
  for (const one of servers) found.push(...(await one.begin([kind], context)))
  return await all(found.map((send) => send()))
}

/** Starts what the run stopped, a kind after the other in this order, the first server's first; each is tried. */
export async function startTogether(
  servers: readonly Downtime[],
  kinds: readonly ServiceKind[],
  context: StepContext,
): Promise<Receipt> {
  const failures: unknown[] = []
  const services: string[] = []
  for (const kind of kinds) {
    for (const group of [servers.slice(0, 1), servers.slice(1)]) {
      const started = await Promise.allSettled(group.map((one) => one.start([kind], context)))
      for (const each of started) {
        if (each.status === 'rejected') failures.push(each.reason)
        else if (each.value.services) services.push(String(each.value.services))
      }
    }
  }
  if (failures.length > 0) throw failures[0]
  return { services: services.join(', ') }
}

async function all<Value>(work: readonly Promise<Value>[]): Promise<readonly Value[]> {
  const settled = await Promise.allSettled(work)
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
}
