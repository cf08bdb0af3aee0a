import type { ReactNode } from 'react'
import type { Progress } from '../../../shared/model/progress.ts'
import { type StepId, stepIdOf, stepNumber } from '../../../shared/model/run.ts'
import type { RunState, StepView } from '../../../shared/model/run-state.ts'
import { StateMark } from '../../chrome/state-mark.tsx'
import { useNow } from '../../chrome/use-now.ts'
import { useText } from '../../text/use-text.ts'
import { useServerName } from '../use-words.ts'
import { ProgressLine } from './progress-line.tsx'
import { receiptText, stepMark, stepTitle } from './step-words.ts'

/** The steps in order: the manual's numbers, each with its state, what it left behind and how long it took. */
export function StepList(props: {
  readonly state: RunState
  /** Of the step that is under way; null where none is. */
  readonly progress: Progress | null
}): ReactNode {
  const { t } = useText()
  const ids = props.state.steps.map(({ id }) => id)
  const heads = ['step-number', 'step', 'step-state', 'result', 'duration'] as const
  return (
    <div className="list steps">
      <table aria-label={t('run.steps')}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {t(`column.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.state.steps.map((step) => (
            <StepRow
              key={step.id}
              number={stepNumber(props.state.runbook, step.id, ids)}
              step={step}
              progress={props.progress}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function StepRow(props: {
  readonly number: number
  readonly step: StepView
  readonly progress: Progress | null
}): ReactNode {
  const { number, step, progress } = props
  const text = useText()
  const { t, format, say } = text
  const nameOf = useServerName()
  const going = step.state === 'running' || step.state === 'undoing'
  const now = useNow(going)
  const from = step.startedAt === null ? null : Date.parse(step.startedAt)
  const to = step.endedAt === null ? (going ? now : null) : Date.parse(step.endedAt)
  const working = step.state === 'running' && progress !== null && showsProgress(step, progress.phase)
  return (
    <tr data-step={step.id} data-state={step.state} aria-current={going ? 'step' : undefined}>
      <td className="numeric">{number}</td>
      <td>{stepTitle(step.id, t, nameOf)}</td>
      <td>
        <StateMark mark={stepMark(step.state)} word={t(`step-state.${step.state}`)} />
      </td>
      <td className="result">
        {working ? (
          <ProgressLine progress={progress} />
        ) : step.problem !== null ? (
          say(step.problem.message)
        ) : (
          receiptText(step.receipt, text)
        )}
      </td>
      <td className="numeric">{from === null || to === null ? '' : format.duration(to - from)}</td>
    </tr>
  )
}

const phases: { readonly [Id in StepId]?: readonly Progress['phase'][] } = {
  nxbackup: ['scan', 'archive'],
  verify: ['verify'],
  discard: ['extract', 'verify'],
  'check-archive': ['verify'],
  'second-copy': ['copy'],
  stage: ['extract', 'verify'],
  repair: ['repair'],
}

/** Steps of several servers may run beside each other: progress is shown where it belongs. */
function showsProgress(step: StepView, phase: Progress['phase']): boolean {
  return phases[stepIdOf(step.id)]?.includes(phase) ?? false
}
