import type { Segment } from '../../../shared/model/journal.ts'
import { type Problem, problem, toProblem } from '../../../shared/model/problem.ts'
import { masterJournal } from '../../formats/journal-folder.ts'
import { type Engine, masterOf, serverOf } from '../engine.ts'
import { createRunHeldLock } from '../lock/held-lock.ts'
import { sealWhileDown } from './backup/archive-steps.ts'
import { sealReceipt } from './backup/lock-steps.ts'
import { type OpenRecord, stepOf } from './rollback.ts'

/** A journal that was cleared for a run that had died before it did so. */
export interface SealedJournal {
  readonly host: string
  readonly records: number
  readonly segment: number | null
}

/**
 * Clears the journals of these servers, which a dead run of case (2) or (4) archived, where its record does not say that it did
 * (manual 15.2.3 (2) step 4, (4) step 5). The master's address service, which is up again, does it under 排他; where it is down, as
 * it was before the run, this process does it under the run's lock. What was registered since the archive goes along and loses
 * nothing by it: a clear seals, and a segment is discarded only when archives cover its last change. A console that is logged on
 * is in no one's way, just as its own ジャーナルクリア is not. A journal that cannot be cleared is a warning (`journal-left`).
 */
export async function sealLeft(
  engine: Engine,
  record: OpenRecord,
  hosts: readonly string[],
): Promise<{ readonly sealed: readonly SealedJournal[]; readonly warnings: readonly Problem[] }> {
  const sealed: SealedJournal[] = []
  const warnings: Problem[] = []
  const lock = createRunHeldLock(engine)
  const master = masterOf(engine.domain)
  try {
    for (const host of hosts) {
      const step = stepOf(record.state(), 'seal', host)
      if (!step || step.state === 'done') continue
      try {
        if (host === master.host && masterJournal(master) === null) continue
        record.append({ kind: 'step-started', stepId: step.id, at: engine.clock.now().toISOString() })
        const segment = await seal(host)
        const receipt = sealReceipt(segment)
        record.append({ kind: 'step-done', stepId: step.id, at: engine.clock.now().toISOString(), receipt })
        sealed.push({ host, records: segment?.records ?? 0, segment: segment?.id ?? null })
      } catch (error) {
        const why = toProblem(error)
        record.append({ kind: 'step-failed', stepId: step.id, at: engine.clock.now().toISOString(), problem: why })
        warnings.push(problem('journal-left', { host, text: why.message.en, textJa: why.message.ja }))
      }
    }
  } finally {
    // Also where nothing can be recorded any more: a console would keep it as long as it is open. What cannot be ended runs out.
    await lock.release().catch((error: unknown) => {
      engine.log({ event: 'lock.release-failed', code: toProblem(error).code })
    })
  }
  return { sealed, warnings }

  async function seal(host: string): Promise<Segment | null> {
    if (await serviceIsDown()) return await sealWhileDown(engine, serverOf(engine.domain, host))
    if (!lock.holds()) await lock.take()
    return await engine.journals.seal(host, lock.token(), engine.owner)
  }

  async function serviceIsDown(): Promise<boolean> {
    const services = master.services.filter(({ kind }) => kind === 'address-service')
    const states = await Promise.all(services.map(({ id }) => engine.driver(master.host, id).status()))
    return states.every(({ state }) => state === 'stopped')
  }
}
