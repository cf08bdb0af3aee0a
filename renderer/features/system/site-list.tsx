import type { ReactNode } from 'react'
import { useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'

/** サイト一覧: in this version the domain is one site. */
export function SiteList(): ReactNode {
  const { t } = useText()
  const name = useSnapshot((snapshot) => snapshot.domain.name)
  return (
    <div className="list sites" role="listbox" aria-label={t('system.sites')}>
      <div role="option" aria-selected="true" tabIndex={0}>
        {name}
      </div>
    </div>
  )
}
