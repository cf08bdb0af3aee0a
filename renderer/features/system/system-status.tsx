import type { ReactNode } from 'react'
import { StatusBar } from '../../chrome/status-bar.tsx'
import { useSnapshot } from '../../store/use-app.ts'
import { ownerName } from '../../text/format.ts'
import { useText } from '../../text/use-text.ts'
import { useWords } from '../use-words.ts'

export function SystemStatus(): ReactNode {
  const { t, format } = useText()
  const words = useWords()
  const { directory, session, servers } = useSnapshot((snapshot) => snapshot)
  const master = servers.find((server) => server.roles.includes('master'))
  const status = directory.kind === 'up' ? directory.status : null
  const journal = status?.journals.find((each) => each.host === master?.host)
  const records = () => {
    if (journal === undefined) return t('unknown')
    return journal.kept ? t('status.records', { count: format.number(journal.records) }) : t('status.not-kept')
  }
  return (
    <StatusBar
      cells={[
        { id: 'lock', label: t('status.lock'), value: words.lock(directory), grows: true },
        {
          id: 'console',
          label: t('status.console'),
          value: session.kind === 'on' ? ownerName(session.session.owner) : t('status.logged-off'),
          grows: true,
        },
        { id: 'journal', label: t('status.journal'), value: records() },
        {
          id: 'change',
          label: t('status.change'),
          value: status === null ? t('unknown') : format.number(status.position.number),
        },
      ]}
    />
  )
}
