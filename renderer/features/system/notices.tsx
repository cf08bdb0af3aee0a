import type { ReactNode } from 'react'
import { Button } from '../../chrome/button.tsx'
import { Notice } from '../../chrome/notice.tsx'
import { useActions, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'

/** What an administrator must not miss, above the lists. */
export function Notices(): ReactNode {
  const actions = useActions()
  const { t, say } = useText()
  const { directory, session, run } = useSnapshot((snapshot) => snapshot)
  const ended = session.kind === 'off' ? session.ended : null
  return (
    <>
      {run?.phase === 'unfinished' && (
        <Notice
          mark="failed"
          action={<Button label={t('system.show-run-book')} onPress={() => void actions.openWindow('run-book')} />}
        >
          {t('system.unfinished')}
        </Notice>
      )}
      {directory.kind === 'down' && (
        <Notice mark="failed">{t('system.domain-down', { text: say(directory.problem.message) })}</Notice>
      )}
      {ended !== null && <Notice mark="partial">{t('system.session-ended', { text: say(ended.message) })}</Notice>}
    </>
  )
}
