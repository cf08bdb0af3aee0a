import { toProblem } from '../../../shared/model/problem.ts'
import type { Engine } from '../engine.ts'

/** Starts one service, and tries as often again as the domain file says. Throws what the last attempt failed with. */
export async function startPersistently(engine: Engine, host: string, serviceId: string): Promise<void> {
  await tries(engine, () => engine.driver(host, serviceId).start())
}

/**
 * Stops one service, and tries as often again as the domain file says. One that still does not stop in time is ended by the
 * signals that `stopEscalation` allows; without it, or where they do not help, throws `service-stop-timeout`.
 */
export async function stopPersistently(
  engine: Engine,
  host: string,
  serviceId: string,
  signal: AbortSignal,
  onSignal: (name: 'SIGTERM' | 'SIGKILL') => void,
): Promise<void> {
  const driver = engine.driver(host, serviceId)
  try {
    await tries(engine, () => driver.stop(signal), signal)
  } catch (error) {
    const { stopEscalation } = engine.domain.limits
    if (!willNotStop.includes(toProblem(error).code) || stopEscalation === 'none') throw error
    for (const name of stopEscalation === 'kill' ? (['SIGTERM', 'SIGKILL'] as const) : (['SIGTERM'] as const)) {
      onSignal(name)
      if (await driver.end(name)) return
    }
    throw error
  }
}

/** Not what refuses with a reason, as an Object Server does that is in use. */
const willNotStop: readonly string[] = ['service-stop-timeout', 'service-command-failed', 'service-contradicted']

async function tries(engine: Engine, work: () => Promise<unknown>, signal?: AbortSignal): Promise<void> {
  for (let left = engine.domain.limits.retries; ; left -= 1) {
    try {
      await work()
      return
    } catch (error) {
      if (left <= 0 || signal?.aborted) throw error
    }
  }
}
