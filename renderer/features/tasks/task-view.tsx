import { Progress as Bar } from '@base-ui/react/progress'
import type { ReactNode } from 'react'
import type { Task } from '../../../shared/model/task.ts'
import { Button } from '../../chrome/button.tsx'
import { type Mark, StateMark } from '../../chrome/state-mark.tsx'
import { useActions } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { receiptText } from '../run-book/step-words.ts'

const marks: Readonly<Record<Task['state'], Mark>> = {
  running: 'moving',
  cancelling: 'moving',
  done: 'done',
  failed: 'failed',
  cancelled: 'partial',
}

/** A task while it goes on and what came of it; 中止 while it can be cancelled. */
export function TaskView({ task, label }: { readonly task: Task; readonly label: string }): ReactNode {
  const actions = useActions()
  const text = useText()
  const { t, say, tell } = text
  const going = task.state === 'running' || task.state === 'cancelling'
  return (
    <section className="sunken task" aria-label={label} data-task={task.kind} data-state={task.state}>
      <p role="status">
        <StateMark mark={marks[task.state]} word={`${label}: ${t(`task.${task.state}`)}`} />
      </p>
      {going && <TaskBar task={task} label={label} />}
      {going && (
        <Button
          label={t('run.cancel')}
          mnemonic="T"
          reason={task.state === 'cancelling' ? t('reason.busy') : null}
          onPress={() => void actions.cancelTask(task.id)}
        />
      )}
      {task.receipt !== null && <p data-fact="receipt">{receiptText(task.receipt, text)}</p>}
      {task.problem !== null && (
        <p role="alert" className="path">
          {tell(task.problem)}
        </p>
      )}
      {task.lines.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
        <ul className="list log task-lines" aria-label={t('task.lines')} tabIndex={0}>
          {task.lines.map((line) => (
            <li key={line.en}>{say(line)}</li>
          ))}
        </ul>
      )}
    </section>
  )
}

function TaskBar({ task, label }: { readonly task: Task; readonly label: string }): ReactNode {
  const { t, format, say } = useText()
  const known = task.total !== null && task.total > 0
  const share = known ? Math.min(1, task.done / (task.total ?? 1)) : null
  const amount = task.kind === 'reconcile' ? format.number : format.bytes
  const counted = () =>
    known ? t('run.members', { done: amount(task.done), total: amount(task.total ?? 0) }) : amount(task.done)
  const parts = [
    ...(share === null ? [] : [format.percent(share)]),
    // A registration from a file says how many lines were sent in its own words; looking for volumes counts nothing.
    ...(task.kind === 'import' || task.kind === 'volumes' ? [] : [counted()]),
  ]
  return (
    <div className="progress">
      <Bar.Root value={share === null ? null : share * 100} aria-label={label} getAriaValueText={() => parts.join(' ')}>
        <Bar.Track className="progress-track">
          <Bar.Indicator className="progress-bar" />
        </Bar.Track>
      </Bar.Root>
      <span className="progress-text">{parts.join('  ')}</span>
      {task.current !== null && <span className="fine path progress-current">{say(task.current)}</span>}
    </div>
  )
}
