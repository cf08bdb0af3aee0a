import { type ReactNode, useRef, useState } from 'react'
import { Button } from '../../chrome/button.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { Field } from '../../chrome/field.tsx'
import { useActions } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'

/** Asks where the chosen entries go: a new folder, never over anything that is there. */
export function ExtractDialog(props: { readonly archive: string; readonly select: readonly string[] }): ReactNode {
  const actions = useActions()
  const { t, format } = useText()
  const [to, setTo] = useState('')
  const [tried, setTried] = useState(false)
  const first = useRef<HTMLInputElement>(null)
  const good = to.startsWith('/') && to.length > 1
  const leave = () => actions.show(null)
  const go = () => {
    setTried(true)
    if (good) void actions.archiveExtract(props.archive, props.select, to)
  }
  return (
    <Dialog
      title={t('extract.title')}
      onClose={leave}
      initialFocus={first}
      buttons={
        <>
          <Button label={t('button.ok')} mnemonic="O" onPress={go} />
          <Button label={t('button.cancel')} mnemonic="C" onPress={leave} />
        </>
      }
    >
      <p>{t('extract.question', { count: format.number(props.select.length) })}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          go()
        }}
      >
        <Field label={t('extract.to')} hint={t('extract.hint')} wrong={tried && !good ? t('extract.wanted') : null}>
          {({ id, describedBy }) => (
            <input
              id={id}
              ref={first}
              aria-describedby={describedBy}
              value={to}
              maxLength={4096}
              onChange={(event) => setTo(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  )
}
