import type { ReactNode } from 'react'
import { StatusBar } from '../../chrome/status-bar.tsx'
import { useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { useServerName, useWords } from '../use-words.ts'

export function DatabaseStatus(): ReactNode {
  const { t, format } = useText()
  const words = useWords()
  const nameOf = useServerName()
  const directory = useSnapshot((snapshot) => snapshot.directory)
  const { selected, registered } = useApp((state) => state.browse)
  const replicas = directory.kind === 'up' ? directory.status.replicas : []
  return (
    <StatusBar
      cells={[
        { id: 'lock', label: t('status.lock'), value: words.lock(directory) },
        ...(replicas.length === 0
          ? []
          : [
              {
                id: 'replication',
                label: t('status.replication'),
                value: replicas.map(({ host }) => `${nameOf(host)} ${words.replication(directory, host)}`).join(' / '),
              },
            ]),
        { id: 'selection', label: t('status.selection'), value: format.number(selected.length) },
        {
          id: 'registered',
          grows: true,
          value:
            registered === null
              ? ''
              : t('database.registered', {
                  name: registered.entity.name,
                  id: registered.entity.id,
                  number: format.number(registered.number),
                }),
        },
      ]}
    />
  )
}
