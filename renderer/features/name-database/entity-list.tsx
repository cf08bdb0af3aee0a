import { type ReactNode, useState } from 'react'
import type { Entity } from '../../../shared/model/entity.ts'
import { Grid } from '../../chrome/grid.tsx'
import { Panel } from '../../chrome/panel.tsx'
import type { ListedKind } from '../../store/state.ts'
import { targetsOf } from '../../store/state.ts'
import { useActions, useApp } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { useServerName } from '../use-words.ts'
import { boardRows } from './board-rows.ts'
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
    group: { id: 'members', label: t('column.members'), numeric: true },
    board: { id: 'organization', label: t('column.organization') },
  }[kind]
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set())
  const organizationName = (id: string | null) => browse.organizations.find((each) => each.id === id)?.name ?? id ?? ''
  const rowOf = (each: Entity) => {
    const row = entityRow(each, nameOf)
    return { ...row, cells: { ...row.cells, organization: { value: organizationName(each.organizationId) } } }
  }
  const rows = kind === 'board' ? boardRows(browse.rows, collapsed, rowOf) : browse.rows.map(rowOf)
  const expand = (key: string, open: boolean) => {
    const after = new Set(collapsed)
    if (open) after.delete(key)
    else after.add(key)
    setCollapsed(after)
    // What is chosen is seen: no row is changed or deleted that the list hides.
    const seen = new Set(boardRows(browse.rows, after, rowOf).map((row) => row.key))
    if (browse.selected.some((id) => !seen.has(id))) browsing.select([key])
  }
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
        rows={rows}
        selected={browse.selected}
        onSelect={browsing.select}
        onSelectAll={() => {
          setCollapsed(new Set())
          void browsing.selectAll()
        }}
        onExpand={expand}
        onSeek={browse.rows.length < browse.total ? browsing.seek : undefined}
        empty={kind === 'user' && browse.node === null ? t('database.choose-node') : t('list.empty')}
        onOpen={() => targetsOf(browse).length === 1 && onOpen()}
        onEnd={() => void browsing.moreRows()}
        sort={browse.sort}
        onSort={browsing.sortBy}
      />
    </Panel>
  )
}
