import { type StepName, stepIdOf } from '../../../shared/model/run.ts'
import { type Engine, masterOf } from '../engine.ts'
import type { PlannedStep } from '../operations/backup/planned-step.ts'
import type { PlannedRestore, RestoreRequest } from './plan.ts'
import { restoreBook } from './run-book.ts'

/** The steps of a restore that was looked at: whose servers each would touch, and of what it reads or exchanges how much. */
export function plannedSteps(
  engine: Engine,
  request: RestoreRequest,
  { plan, held }: PlannedRestore,
): readonly PlannedStep[] {
  const unheld = { runId: '', hosts: [], settle: () => undefined, abandon: () => undefined }
  const { book } = restoreBook(engine, async () => undefined, request, '', unheld)
  const restored = plan.archives.map(({ host }) => host)
  const bytes = held.reduce((sum, place) => sum + place.bytes, 0)
  const entries = held.reduce((sum, place) => sum + place.entries, 0)
  return book.steps.map(({ id }) => ({ id, hosts: hostsOf(id), ...amountOf(id) }))

  function hostsOf(id: StepName): readonly string[] {
    switch (stepIdOf(id)) {
      case 'check-console':
        return [masterOf(engine.domain).host]
      case 'stop-server':
      case 'stop-address-service':
      case 'stop-object-server':
      case 'start':
        return plan.stops
      default:
        return restored
    }
  }

  function amountOf(id: StepName): Pick<PlannedStep, 'files' | 'bytes'> {
    switch (stepIdOf(id)) {
      case 'check-archive':
      case 'stage':
        return { files: entries, bytes }
      case 'swap':
        return { files: held.length, bytes }
      default:
        return { files: null, bytes: null }
    }
  }
}
