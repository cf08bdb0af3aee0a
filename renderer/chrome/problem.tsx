import { type ReactNode, useRef } from 'react'
import type { Problem } from '../../shared/model/problem.ts'
import { useText } from '../text/use-text.ts'
import { Button } from './button.tsx'
import { Alert } from './dialog.tsx'

/** What happened and what can be done. */
export function ProblemText({ problem }: { readonly problem: Problem }): ReactNode {
  const { t, say } = useText()
  return (
    <>
      <p className="question">
        <span className="mark mark-failed" aria-hidden="true">
          ✕
        </span>
        {say(problem.message)}
      </p>
      <p>
        {t('message.remedy')} {say(problem.remedy)}
      </p>
      <p className="fine">{t('message.code', { code: problem.code })}</p>
    </>
  )
}

/** A refused or failed request, as a message box. */
export function ProblemBox({
  problem,
  onClose,
}: {
  readonly problem: Problem
  readonly onClose: () => void
}): ReactNode {
  const { t } = useText()
  const ok = useRef<HTMLButtonElement>(null)
  return (
    <Alert
      title={t('message.problem')}
      onClose={onClose}
      initialFocus={ok}
      buttons={<Button label={t('button.ok')} mnemonic="O" onPress={onClose} ref={ok} />}
    >
      <ProblemText problem={problem} />
    </Alert>
  )
}
