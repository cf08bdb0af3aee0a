import type { ReactNode } from 'react'
import { StatusBar } from '../../chrome/status-bar.tsx'
import type { Said } from '../../store/state.ts'
import { useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { useServerName, useWords } from '../use-words.ts'

export function DatabaseStatus(): ReactNode {
  const { t, format } = useText()
  const words = useWords()
  const nameOf = useServerName()
  const directory = useSnapshot((snapshot) => snapshot.directory)
  const browse = useApp((state) => state.browse)
  const { said } = browse
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
        {
          id: 'selection',
          label: t('status.selection'),
          value: format.number((browse.active === 'rows' ? browse.selected : browse.chosen).length),
        },
        {
          id: 'registered',
          grows: true,
          value: said === null ? '' : saidText(said),
        },
      ]}
    />
  )

  function saidText(done: Said): string {
    const number = format.number(done.number)
    switch (done.kind) {
      case 'registered':
      case 'changed':
        return t(`database.${done.kind}`, { name: done.entity.name, id: done.entity.id, number })
      case 'deleted':
      case 'imported':
        return t(`database.${done.kind}`, { count: format.number(done.count), number })
      case 'undone':
        return t('database.undone', { number })
    }
  }
}
