import { type ReactNode, useRef, useState } from 'react'
import { Button } from '../../chrome/button.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { Field } from '../../chrome/field.tsx'
import { useActions } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'

export interface NxbackupDialogProps {
  readonly goal: 'next' | 'all'
  readonly suggested: string
}

/** nxbackup's two prompts (manual 15.2.3 (1)): the medium, then the question that only `y` answers with yes. */
export function NxbackupDialog({ goal, suggested }: NxbackupDialogProps): ReactNode {
  const actions = useActions()
  const { t } = useText()
  const [path, setPath] = useState(suggested)
  const [answer, setAnswer] = useState('')
  const [said, setSaid] = useState<'path' | 'answer' | null>(null)
  const first = useRef<HTMLInputElement>(null)
  const second = useRef<HTMLInputElement>(null)
  const close = () => actions.show(null)

  const go = () => {
    const wrong = !path.startsWith('/') ? 'path' : /^y$/i.test(answer.trim()) ? null : 'answer'
    setSaid(wrong)
    if (wrong !== null) (wrong === 'path' ? first : second).current?.focus()
    if (wrong === null) void actions.answerNxbackup(goal, path)
  }

  return (
    <Dialog
      wide
      title={t('nxbackup.title')}
      onClose={close}
      initialFocus={first}
      buttons={
        <>
          <Button label={t('button.ok')} mnemonic="O" onPress={go} />
          <Button label={t('button.cancel')} mnemonic="C" onPress={close} />
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
        <Field
          label={t('nxbackup.medium')}
          hint={t('nxbackup.hint')}
          wrong={said === 'path' ? t('nxbackup.path-wrong') : null}
        >
          {({ id, describedBy }) => (
            <input
              id={id}
              ref={first}
              value={path}
              maxLength={4096}
              spellCheck={false}
              aria-describedby={describedBy}
              aria-invalid={said === 'path'}
              onChange={(event) => setPath(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('nxbackup.sure')} wrong={said === 'answer' ? t('nxbackup.not-yes') : null}>
          {({ id, describedBy }) => (
            <input
              id={id}
              ref={second}
              className="answer"
              value={answer}
              maxLength={8}
              autoComplete="off"
              aria-describedby={describedBy}
              aria-invalid={said === 'answer'}
              onChange={(event) => setAnswer(event.target.value)}
            />
          )}
        </Field>
        <button type="submit" className="for-readers" tabIndex={-1} aria-hidden="true" />
      </form>
    </Dialog>
  )
}
