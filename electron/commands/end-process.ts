import { systemCalls } from '../core/archive/system-calls.ts'
import { isWorkLeftBehind, leftBehindEnded } from '../core/ports/left-behind.ts'
import type { CommandContext } from './context.ts'

/** For a disk that only was slow to answer. */
const PATIENCE_MS = 2_000

/**
 * Ends a process whose work is done, though a thread of it may still be in a call that a hanging disk does not give back:
 * waiting for that thread, as the runtime does, would never end. Without such work nothing is done here.
 */
export async function endDespiteLeft(code: number, { log }: Pick<CommandContext, 'log'>): Promise<void> {
  if (!isWorkLeftBehind()) return
  await leftBehindEnded(PATIENCE_MS)
  if (!isWorkLeftBehind()) return
  log({ event: 'left-behind', level: 'warn' })
  systemCalls()?.exitNow?.(code)
}
