import { type ReactNode, useRef, useState } from 'react'
import type { Task } from '../../../shared/model/task.ts'
import type { WantedVolume } from '../../../shared/model/wanted-volume.ts'
import { Button } from '../../chrome/button.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { Field } from '../../chrome/field.tsx'
import { useActions, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'

interface VolumeProps {
  readonly wanted: WantedVolume
  /** What becomes of the work when it is given up. */
  readonly hint: string
  readonly onAnswer: (path: string | null) => void
}

/** A volume is full, or one of an archive is to be read: asks for it by number and label. It has no way out but an answer. */
export function VolumeDialog({ wanted, hint, onAnswer }: VolumeProps): ReactNode {
  const { t, tell } = useText()
  const [path, setPath] = useState(wanted.path)
  const [relative, setRelative] = useState(false)
  const first = useRef<HTMLInputElement>(null)
  const refused = wanted.problem === null ? null : tell(wanted.problem)
  const wrong = relative ? t('nxbackup.path-wrong') : refused

  const go = () => {
    setRelative(!path.startsWith('/'))
    if (path.startsWith('/')) onAnswer(path)
  }

  return (
    <Dialog
      wide
      title={t('volume.title')}
      initialFocus={first}
      buttons={
        <>
          <Button label={t('button.ok')} mnemonic="O" onPress={go} />
          <Button label={t('button.cancel')} mnemonic="C" onPress={() => onAnswer(null)} />
        </>
      }
    >
      <form
        className="prompts"
        onSubmit={(event) => {
          event.preventDefault()
          go()
        }}
      >
        <p>{t(wanted.reads ? 'volume.find' : 'volume.insert', { number: wanted.number, label: wanted.label })}</p>
        <Field label={t('volume.path')} hint={hint} wrong={wrong}>
          {({ id, describedBy }) => (
            <input
              id={id}
              ref={first}
              value={path}
              maxLength={4096}
              spellCheck={false}
              aria-describedby={describedBy}
              aria-invalid={wrong !== null}
              onChange={(event) => setPath(event.target.value)}
            />
          )}
        </Field>
        <button type="submit" className="for-readers" tabIndex={-1} aria-hidden="true" />
      </form>
    </Dialog>
  )
}

/** Asks for the volume that a task of this kind waits for, whichever it is, so that none waits unseen. */
export function TaskVolume(props: { readonly kind: Task['kind']; readonly hint: string }): ReactNode {
  const { kind, hint } = props
  const actions = useActions()
  const tasks = useSnapshot((snapshot) => snapshot.tasks)
  const waiting = tasks.find((each) => each.kind === kind && each.volume !== null)
  if (waiting === undefined || waiting.volume === null) return null
  return (
    <VolumeDialog
      key={`${waiting.id} ${waiting.volume.number}`}
      wanted={waiting.volume}
      hint={hint}
      onAnswer={(path) => void actions.answerTaskVolume(waiting.id, path)}
    />
  )
}
