import { fail } from '../../../shared/model/problem.ts'
import type { Engine } from '../engine.ts'
import type { ConsoleSide } from './master-backup.ts'

/** Throws `console-open` (11) naming the consoles that are logged on. */
export async function assertNoConsole(engine: Engine): Promise<void> {
  const consoles = await engine.sessions.list()
  const first = consoles[0]
  if (!first) return
  const who = consoles.map(({ owner }) => `${owner.operator}@${owner.host} (pid ${owner.pid})`).join(', ')
  throw fail('console-open', { consoles: who, since: first.since })
}

/** A command's side of the run-book: nobody is in front, so no console may be logged on (運転席を停止した状態で). */
export function unattendedSide(engine: Engine): ConsoleSide {
  return { open: () => assertNoConsole(engine), end: () => assertNoConsole(engine) }
}
