import type { ReactNode } from 'react'
import type { ServerStatus } from '../../../shared/model/server.ts'
import { StateMark } from '../../chrome/state-mark.tsx'
import { Tree } from '../../chrome/tree.tsx'
import { useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { siteState } from '../server-state.ts'

/** The key of the domain, which no site's can be. */
export const wholeDomain = ''

/** The servers of a site, or of the whole domain. */
export function serversOf(servers: readonly ServerStatus[], site: string): readonly ServerStatus[] {
  return site === wholeDomain ? servers : servers.filter((server) => server.site === site)
}

export interface SiteListProps {
  readonly selected: string
  readonly onSelect: (site: string) => void
}

/** サイト一覧: the domain and its sites, each with its state; the サーバ一覧 shows the servers of the chosen one. */
export function SiteList({ selected, onSelect }: SiteListProps): ReactNode {
  const { t } = useText()
  const { domain, servers } = useSnapshot((snapshot) => snapshot)
  const sites = [...new Set(servers.map((server) => server.site))]
  const after = (site: string) => {
    const { mark, word } = siteState(serversOf(servers, site))
    return (
      <>
        {' '}
        <StateMark mark={mark} word={t(word)} />
      </>
    )
  }
  return (
    <Tree
      label={t('system.sites')}
      rows={[
        { key: wholeDomain, text: domain.name, level: 0, expanded: null },
        ...sites.map((site) => ({ key: site, text: site, level: 1, expanded: null })),
      ]}
      selected={sites.includes(selected) ? selected : wholeDomain}
      onSelect={onSelect}
      after={after}
    />
  )
}
