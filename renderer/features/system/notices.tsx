import type { ReactNode } from 'react'
import type { Replica } from '../../../shared/model/directory.ts'
import { Button } from '../../chrome/button.tsx'
import { Notice } from '../../chrome/notice.tsx'
import { useActions, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { repairable, replicaWord } from '../server-state.ts'
import { useServerName } from '../use-words.ts'

/** What an administrator must not miss, above the lists. */
export function Notices(): ReactNode {
  const actions = useActions()
  const { t, say, tell, format } = useText()
  const { directory, session, run, backups } = useSnapshot((snapshot) => snapshot)
  const nameOf = useServerName()
  const replicas = directory.kind === 'up' ? directory.status.replicas : []
  const faults = replicas.filter(isFault)
  const status = directory.kind === 'up' ? directory.status : null
  /** What data repair is offered for, in the words of why. */
  const reasonOf = (host: string): string => {
    if (status === null || host !== status.host || status.repairPending !== null)
      return t('system.repair-pending', { server: nameOf(host) })
    return status.closed === null
      ? t('system.journal-doubtful', { server: nameOf(host) })
      : t('system.journal-closed', { server: nameOf(host), text: say(status.closed.message) })
  }
  const ended = session.kind === 'off' ? session.ended : null
  return (
    <>
      {run?.phase === 'unfinished' && (
        <Notice
          mark="failed"
          action={
            <Button
              label={t('system.show-run-book')}
              mnemonic="B"
              onPress={() => void actions.openWindow('run-book')}
            />
          }
        >
          {t('system.unfinished')}
        </Notice>
      )}
      {repairable(directory).map((host) => (
        <Notice
          key={`repair ${host}`}
          mark="partial"
          action={
            <Button label={t('menu.repair')} mnemonic="J" asks onPress={() => actions.show({ kind: 'repair' })} />
          }
        >
          {reasonOf(host)}
        </Notice>
      ))}
      {faults.map((fault) => (
        <Notice
          key={`fault ${fault.host}`}
          mark="failed"
          action={
            <Button label={t('menu.reconcile')} mnemonic="K" asks onPress={() => actions.show({ kind: 'reconcile' })} />
          }
        >
          {t('system.fault', {
            server: nameOf(fault.host),
            state: t(replicaWord(fault.state).word),
            count: format.number(fault.waiting),
          })}
        </Notice>
      ))}
      {backups.behind !== null && <Notice mark="failed">{tell(backups.behind)}</Notice>}
      {directory.kind === 'down' && (
        <Notice mark="failed">{t('system.domain-down', { text: say(directory.problem.message) })}</Notice>
      )}
      {backups.problem !== null && (
        <Notice mark="partial">{t('system.backups-unknown', { text: say(backups.problem.message) })}</Notice>
      )}
      {ended !== null && <Notice mark="partial">{t('system.session-ended', { text: say(ended.message) })}</Notice>}
    </>
  )
}

/** A server that does not get what was registered (facts §5): it diverged, or records wait that cannot be brought to it. */
function isFault({ state, waiting }: Replica): boolean {
  if (state === 'unreachable') return waiting > 0
  return state === 'diverged' || state === 'newer'
}
