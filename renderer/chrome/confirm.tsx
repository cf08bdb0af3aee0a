import { type ReactNode, useRef } from 'react'
import { useText } from '../text/use-text.ts'
import { Button } from './button.tsx'
import { Alert } from './dialog.tsx'

export interface ConfirmProps {
  readonly title: string
  readonly question: string
  /** Further lines: what it does and what it does not. */
  readonly lines: readonly string[]
  readonly onYes: () => void
  readonly onNo: () => void
}

/** Asks before something is done that cannot simply be taken back; いいえ is the default. */
export function Confirm({ title, question, lines, onYes, onNo }: ConfirmProps): ReactNode {
  const { t } = useText()
  const no = useRef<HTMLButtonElement>(null)
  return (
    <Alert
      title={title}
      onClose={onNo}
      initialFocus={no}
      buttons={
        <>
          <Button label={t('button.yes')} mnemonic="Y" onPress={onYes} />
          <Button label={t('button.no')} mnemonic="N" onPress={onNo} ref={no} />
        </>
      }
    >
      <p className="question">
        <span className="mark mark-warning" aria-hidden="true">
          ？
        </span>
        {question}
      </p>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Alert>
  )
}
