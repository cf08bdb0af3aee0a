import { stepTitle } from '../../shared/messages/step-title.ts'
import type { Runbook } from '../../shared/model/run.ts'
import type { PlannedStep } from '../core/operations/backup/planned-step.ts'
import type { Output } from './output.ts'
import { bytesText } from './units.ts'

/** The steps of a dry run as a table: whose servers each would touch, of how many files and bytes. */
export function showPlannedSteps(runbook: Runbook, steps: readonly PlannedStep[], output: Output): void {
  const ids = steps.map(({ id }) => id)
  output.rows(
    'step',
    steps.map((step) => ({
      ...step,
      title: output.pick(stepTitle(runbook, step.id, ids)),
      size: step.bytes === null ? null : bytesText(step.bytes),
    })),
    [
      { key: 'title', title: { ja: '手順', en: 'step' } },
      { key: 'hosts', title: { ja: 'サーバ', en: 'servers' } },
      { key: 'files', title: { ja: '件数', en: 'files' }, right: true },
      { key: 'size', title: { ja: '大きさ', en: 'size' }, right: true },
    ],
  )
}
