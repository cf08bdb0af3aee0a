import { fail, toProblem } from '../../../shared/model/problem.ts'
import type { Engine } from '../engine.ts'
import type { ConsoleSide } from './master-backup.ts'

/** Throws `console-open` (11) naming the consoles that are logged on; at an address service that is down none is. */
export async function assertNoConsole(engine: Engine): Promise<void> {
  const consoles = await engine.sessions.list().catch((error: unknown) => {
    if (toProblem(error).code === 'address-service-down') return []
    throw error
  })
  const first = consoles[0]
  if (!first) return
  const who = consoles.map(({ owner }) => `${owner.operator}@${owner.host} (pid ${owner.pid})`).join(', ')
  throw fail('console-open', { consoles: who, since: first.since })
}

/** A command's side of the run-book: nobody is in front, so no console may be logged on (運転席を停止した状態で). */
export function unattendedSide(engine: Engine): ConsoleSide {
  return { open: () => assertNoConsole(engine), end: () => assertNoConsole(engine) }
}
