import type { ReactNode } from 'react'
import { StatusBar } from '../../chrome/status-bar.tsx'
import { useText } from '../../text/use-text.ts'
import { useServerName } from '../use-words.ts'
import type { OpenedArchive } from './use-archive.ts'

/** Whose archive it is, of when and of which change; how much of the list is shown. */
export function ArchiveStatus(props: { readonly archive: OpenedArchive; readonly selected: number }): ReactNode {
  const { t, format } = useText()
  const nameOf = useServerName()
  const { opened, page, busy } = props.archive
  const facts = () => {
    if (opened === null) return t('archive.none')
    const { header } = opened
    return t('archive.facts', { server: nameOf(header.host), time: format.dateTime(header.startedAt) })
  }
  return (
    <StatusBar
      cells={[
        { id: 'facts', value: facts(), grows: true },
        {
          id: 'change',
          label: t('status.change'),
          value: opened?.header.position ? format.number(opened.header.position.number) : t('dash'),
        },
        {
          id: 'shown',
          value: busy
            ? t('loading')
            : t(page.next === null ? 'archive.shown' : 'archive.shown-more', {
                count: format.number(page.rows.length),
              }),
        },
        { id: 'selection', label: t('status.selection'), value: format.number(props.selected) },
      ]}
    />
  )
}
