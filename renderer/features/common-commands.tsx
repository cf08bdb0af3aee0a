import type { ReactNode } from 'react'
import { useRef } from 'react'
import { Button } from '../chrome/button.tsx'
import { Confirm } from '../chrome/confirm.tsx'
import { Alert } from '../chrome/dialog.tsx'
import { ProblemBox } from '../chrome/problem.tsx'
import { useActions, useApp, useSnapshot } from '../store/use-app.ts'
import { useText } from '../text/use-text.ts'
import { version } from '../version.ts'
import { ReconcileDialog } from './replication/reconcile-dialog.tsx'
import { RepairDialog } from './restore/repair-dialog.tsx'
import { RestoreDialog } from './restore/restore-dialog.tsx'

/** What every window may show over itself: its failure, 整合性確保, データ修復, リストア, バージョン情報, the question of 運転席終了. */
export function CommonDialogs(): ReactNode {
  const actions = useActions()
  const { t } = useText()
  const dialog = useApp((state) => state.dialog)
  const failure = useApp((state) => state.failure)
  return (
    <>
      {dialog?.kind === 'about' && <About />}
      {dialog?.kind === 'reconcile' && <ReconcileDialog />}
      {dialog?.kind === 'repair' && <RepairDialog />}
      {dialog?.kind === 'restore' && <RestoreDialog />}
      {dialog?.kind === 'quit' && (
        <Confirm
          title={t('quit.title')}
          question={t('quit.question')}
          lines={[t('quit.effect')]}
          onYes={() => void actions.quit(true)}
          onNo={() => actions.show(null)}
        />
      )}
      {failure !== null && <ProblemBox problem={failure} onClose={actions.dismissFailure} />}
    </>
  )
}

function About(): ReactNode {
  const actions = useActions()
  const { t } = useText()
  const domain = useSnapshot((snapshot) => snapshot.domain)
  const ok = useRef<HTMLButtonElement>(null)
  const close = () => actions.show(null)
  return (
    <Alert
      title={t('about.title')}
      onClose={close}
      initialFocus={ok}
      buttons={<Button label={t('button.ok')} mnemonic="O" onPress={close} ref={ok} />}
    >
      <p className="strong">{t('about.product')}</p>
      <p>{t('about.version', { version })}</p>
      <p>{domain.name}</p>
      <p className="path">{t('about.domain', { file: domain.file })}</p>
      <p className="path">{t('about.backups', { folder: domain.backups })}</p>
    </Alert>
  )
}
