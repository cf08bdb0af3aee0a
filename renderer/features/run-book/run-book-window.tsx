import { type ReactNode, useEffect } from 'react'
import type { MessageKey } from '../../../shared/messages/ja.ts'
import type { RunView } from '../../../shared/model/console.ts'
import { exitCodes } from '../../../shared/model/exit-code.ts'
import { Button } from '../../chrome/button.tsx'
import { Confirm } from '../../chrome/confirm.tsx'
import { MenuBar } from '../../chrome/menu-bar/menu-bar.tsx'
import { Notice } from '../../chrome/notice.tsx'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { CommonDialogs } from '../common-commands.tsx'
import { VolumeDialog } from '../tasks/volume-dialog.tsx'
import { useServerName } from '../use-words.ts'
import { EndPanel } from './end-panel.tsx'
import { NxbackupDialog } from './nxbackup-dialog.tsx'
import { RunButtons } from './run-buttons.tsx'
import { RunFacts } from './run-facts.tsx'
import { RunLog } from './run-log.tsx'
import { StepList } from './step-list.tsx'

/** What becomes of the run when a volume is given up. */
function volumeHint({ phase, state }: RunView): MessageKey {
  if (phase === 'unfinished') return 'volume.resume-hint'
  return state.runbook === 'restore' ? 'volume.restore-hint' : 'volume.backup-hint'
}

/** 手順: a run-book, its steps one by one or in one go, and how it ended. */
export function RunBookWindow(): ReactNode {
  const actions = useActions()
  const { t, tell } = useText()
  const run = useSnapshot((snapshot) => snapshot.run)
  const dialog = useApp((state) => state.dialog)
  const settling = useApp(({ busy }) => busy.includes('run.resume') || busy.includes('run.rollback'))
    ? t('reason.busy')
    : null
  const nameOf = useServerName()
  const title = run === null ? null : `${t(`runbook.${run.state.runbook}`)} - ${nameOf(run.state.host)}`

  useEffect(() => {
    document.title = title === null ? t('window.run-book') : `${t('window.run-book')} - ${title}`
  }, [title, t])

  return (
    <div className="window">
      <MenuBar menus={[]} reasonOf={() => null} onCommand={() => undefined} />
      {run === null ? (
        <main className="panes">
          <p className="told">{t('run.none')}</p>
          <div className="button-row">
            <Button label={t('run.close')} mnemonic="C" onPress={() => void actions.closeWindow()} />
          </div>
        </main>
      ) : (
        <>
          {run.phase === 'unfinished' && (
            <Notice
              mark="failed"
              action={
                <>
                  <Button
                    label={t('run.resume')}
                    mnemonic="G"
                    reason={settling}
                    onPress={() => void actions.resumeRun()}
                  />
                  <Button
                    label={t('run.rollback')}
                    mnemonic="S"
                    reason={settling}
                    onPress={() => void actions.rollbackRun()}
                  />
                </>
              }
            >
              {t('run.unfinished')}
            </Notice>
          )}
          {run.phase === 'cancelling' && <Notice mark="moving">{t('run.cancelling')}</Notice>}
          {run.refusal !== null && (
            <Notice
              mark="failed"
              action={
                run.refusal.exitCode === exitCodes.replication ? (
                  <Button
                    label={t('menu.reconcile')}
                    mnemonic="K"
                    asks
                    onPress={() => actions.show({ kind: 'reconcile' })}
                  />
                ) : undefined
              }
            >
              {t('run.refused', { text: tell(run.refusal) })}
            </Notice>
          )}
          <main className="run-book">
            <h1 className="run-title">{title}</h1>
            <StepList state={run.state} progress={run.progress} />
            <RunFacts run={run} />
            {run.phase === 'ended' && <EndPanel state={run.state} />}
            <RunLog log={run.state.log} />
          </main>
          <RunButtons run={run} />
        </>
      )}
      {dialog?.kind === 'nxbackup' && <NxbackupDialog goal={dialog.goal} suggested={dialog.suggested} />}
      {run?.volume != null && dialog === null && (
        <VolumeDialog
          key={run.volume.number}
          wanted={run.volume}
          hint={t(volumeHint(run))}
          onAnswer={(path) => void actions.answerVolume(path)}
        />
      )}
      {dialog?.kind === 'cancel-run' && (
        <Confirm
          title={t('cancel.title')}
          question={t('cancel.question')}
          lines={[t('cancel.effect')]}
          onYes={() => void actions.cancelRun()}
          onNo={() => actions.show(null)}
        />
      )}
      <CommonDialogs />
    </div>
  )
}
