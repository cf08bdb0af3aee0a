import type { ReactNode } from 'react'
import { Grid } from '../../chrome/grid.tsx'
import { Panel } from '../../chrome/panel.tsx'
import type { ListedKind } from '../../store/state.ts'
import { targetsOf } from '../../store/state.ts'
import { useActions, useApp } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { useServerName } from '../use-words.ts'
import { entityRow } from './entity-row.ts'

const kinds: readonly ListedKind[] = ['user', 'group', 'board']

/** ユーザ一覧, グループ一覧 or 掲示板一覧 of the chosen node; the service sorts it and hands it out in parts. */
export function EntityList({ onOpen }: { readonly onOpen: () => void }): ReactNode {
  const { browse: browsing } = useActions()
  const { t } = useText()
  const nameOf = useServerName()
  const browse = useApp((state) => state.browse)
  const { kind } = browse
  const title = t(`database.${kind}s`)
  const last = {
    user: { id: 'host', label: t('column.mail-server') },
    group: { id: 'members', label: t('column.members'), numeric: true, fixed: true },
    board: { id: 'above', label: t('column.above'), fixed: true },
  }[kind]
  return (
    <Panel title={title}>
      <fieldset className="kinds">
        <legend className="for-readers">{t('database.kind')}</legend>
        {kinds.map((each) => (
          <label key={each}>
            <input type="radio" name="listed" checked={kind === each} onChange={() => browsing.chooseKind(each)} />
            {t(`register.${each}`)}
          </label>
        ))}
      </fieldset>
      <Grid
        key={`${kind} ${browse.node}`}
        label={title}
        columns={[{ id: 'id', label: t(`column.${kind}-id`) }, { id: 'name', label: t(`column.${kind}-name`) }, last]}
        rows={browse.rows.map((each) => entityRow(each, nameOf))}
        selected={browse.selected}
        onSelect={browsing.select}
        onSelectAll={() => void browsing.selectAll()}
        onOpen={() => targetsOf(browse).length === 1 && onOpen()}
        onEnd={() => void browsing.moreRows()}
        sort={browse.sort}
        onSort={browsing.sortBy}
      />
    </Panel>
  )
}
