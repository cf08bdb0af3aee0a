import { type ReactNode, useRef, useState } from 'react'
import type { WantedVolume } from '../../../shared/model/console.ts'
import { Button } from '../../chrome/button.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { Field } from '../../chrome/field.tsx'
import { useActions, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'

/** A volume is full, or one of an archive is to be read: asks for it by number and label. It has no way out but an answer. */
export function VolumeDialog({ wanted }: { readonly wanted: WantedVolume }): ReactNode {
  const actions = useActions()
  const { t, tell } = useText()
  const reads = useSnapshot(({ run }) => run?.state.runbook === 'restore')
  const [path, setPath] = useState(wanted.path)
  const [relative, setRelative] = useState(false)
  const first = useRef<HTMLInputElement>(null)
  const refused = wanted.problem === null ? null : tell(wanted.problem)
  const wrong = relative ? t('nxbackup.path-wrong') : refused

  const go = () => {
    setRelative(!path.startsWith('/'))
    if (path.startsWith('/')) void actions.answerVolume(path)
  }

  return (
    <Dialog
      wide
      title={t('volume.title')}
      initialFocus={first}
      buttons={
        <>
          <Button label={t('button.ok')} mnemonic="O" onPress={go} />
          <Button label={t('button.cancel')} mnemonic="C" onPress={() => void actions.answerVolume(null)} />
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
        <p>{t(reads ? 'volume.find' : 'volume.insert', { number: wanted.number, label: wanted.label })}</p>
        <Field label={t('volume.path')} hint={t(reads ? 'volume.find-hint' : 'volume.hint')} wrong={wrong}>
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
