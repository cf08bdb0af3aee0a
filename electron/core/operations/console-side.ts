import { consoleOpen } from '../../../shared/model/lease.ts'
import { toProblem } from '../../../shared/model/problem.ts'
import type { Engine } from '../engine.ts'

/** What a run-book asks of whoever drives it: a console logs on and off, a command makes sure that no console is on. */
export interface ConsoleSide {
  /** 運転席を起動して,名前データベースウィンドウを表示します。 */
  open(): Promise<void>
  /** 運転席を終了します。 With `alone` no console at all is logged on afterwards, or it throws `console-open` (11). */
  end(options: { readonly alone: boolean }): Promise<void>
}

/** Throws `console-open` (11) naming the consoles that are logged on; at an address service that is down none is. */
export async function assertNoConsole(engine: Engine): Promise<void> {
  const consoles = await engine.sessions.list().catch((error: unknown) => {
    if (toProblem(error).code === 'address-service-down') return []
    throw error
  })
  if (consoles.length > 0) throw consoleOpen(consoles)
}

/** A command's side of the run-book: nobody is in front, so no console may be logged on (運転席を停止した状態で). */
export function unattendedSide(engine: Engine): ConsoleSide {
  return { open: () => assertNoConsole(engine), end: () => assertNoConsole(engine) }
}
