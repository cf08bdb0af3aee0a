import { type ReactNode, useEffect, useRef } from 'react'
import type { RunView } from '../../../shared/model/console.ts'
import { Button } from '../../chrome/button.tsx'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { reasonAgainstCancel, reasonAgainstNext } from './run-reasons.ts'

const runCommands = [
  'run.next',
  'run.all',
  'run.cancel',
  'run.dismiss',
  'run.rollback',
  'run.resume',
  'run.suggestPath',
]

/** 次へ, すべて実行 and 中止 while it goes on; ログオン and 閉じる once it has ended. */
export function RunButtons({ run }: { readonly run: RunView }): ReactNode {
  const actions = useActions()
  const { t } = useText()
  const on = useSnapshot((snapshot) => snapshot.session.kind === 'on')
  const sent = useApp((state) => state.busy.some((name) => runCommands.includes(name)))
  const first = useRef<HTMLButtonElement>(null)
  const grey = reasonAgainstNext(run)
  const next = sent ? t('reason.busy') : grey === null ? null : t(grey)
  const untouched = run.phase === 'idle' && run.state.steps.every((step) => step.state === 'waiting')
  const cancel = reasonAgainstCancel(run)
  const ended = run.phase === 'ended'

  // biome-ignore lint/correctness/useExhaustiveDependencies: the end replaces the buttons, so focus starts anew there
  useEffect(() => {
    if (document.activeElement === document.body) first.current?.focus()
  }, [ended])

  if (ended) {
    return (
      <div className="button-row button-row-end">
        <Button
          label={t('run.logon')}
          mnemonic="L"
          reason={on ? t('reason.logged-on') : null}
          onPress={() => void actions.logon()}
        />
        <Button label={t('run.close')} mnemonic="C" onPress={() => void actions.dismissRun()} ref={first} />
      </div>
    )
  }
  return (
    <div className="button-row button-row-end">
      {next !== null && !sent && <span className="row-note fine">{next}</span>}
      <Button
        label={t('run.next')}
        mnemonic="N"
        reason={next}
        onPress={() => void actions.proceed('next')}
        ref={first}
      />
      <Button label={t('run.all')} mnemonic="A" reason={next} onPress={() => void actions.proceed('all')} />
      <Button
        label={t('run.cancel')}
        mnemonic="C"
        reason={cancel === null ? null : t(cancel)}
        onPress={() => (untouched ? void actions.dismissRun() : actions.show({ kind: 'cancel-run' }))}
      />
    </div>
  )
}
