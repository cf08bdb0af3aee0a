import { exitCodes } from '../../../shared/model/exit-code.ts'
import type { Problem } from '../../../shared/model/problem.ts'
import type { RunOutcome } from '../../../shared/model/run.ts'

/**
 * How a run ended, as a word and as an exit code (design §9): a failure before anything stopped is a refusal with its
 * own code; after that only what became of the services counts, except that an interruption says so.
 */
export function outcomeOf(facts: {
  readonly cause: Problem | null
  readonly cancelled: boolean
  readonly stoppedAny: boolean
  readonly servicesDown: readonly string[]
  readonly warnings: number
}): { readonly outcome: RunOutcome; readonly exitCode: number } {
  if (facts.stoppedAny && facts.servicesDown.length > 0)
    return { outcome: 'failed-down', exitCode: exitCodes.failedDown }
  if (!facts.cause) {
    return facts.warnings > 0
      ? { outcome: 'warnings', exitCode: exitCodes.warnings }
      : { outcome: 'done', exitCode: exitCodes.done }
  }
  if (facts.cancelled) return { outcome: 'cancelled', exitCode: facts.cause.exitCode }
  if (!facts.stoppedAny) return { outcome: 'refused', exitCode: facts.cause.exitCode }
  const badArchive = facts.cause.exitCode === exitCodes.badArchive
  return { outcome: 'failed-restored', exitCode: badArchive ? exitCodes.badArchive : exitCodes.failedRestored }
}
