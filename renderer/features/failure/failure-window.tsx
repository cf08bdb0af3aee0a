import { type ReactNode, useEffect, useRef } from 'react'
import type { Problem } from '../../../shared/model/problem.ts'
import { Button } from '../../chrome/button.tsx'
import { ProblemText } from '../../chrome/problem.tsx'
import { useText } from '../../text/use-text.ts'

/** Why the console could not open. No engine is behind this window. */
export function FailureWindow({ problem }: { readonly problem: Problem }): ReactNode {
  const { t } = useText()
  const close = useRef<HTMLButtonElement>(null)
  useEffect(() => close.current?.focus(), [])
  return (
    <div className="window" role="alertdialog" aria-label={t('window.failure')}>
      <main className="failure">
        <ProblemText problem={problem} />
      </main>
      <div className="button-row button-row-end">
        <Button label={t('button.close')} mnemonic="C" onPress={() => window.close()} ref={close} />
      </div>
    </div>
  )
}
