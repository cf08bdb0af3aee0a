import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { type MenuCommand, type MenuItem, nameDatabaseMenus } from '../../../shared/menu.ts'
import { Button } from '../../chrome/button.tsx'
import { Grid } from '../../chrome/grid.tsx'
import { MenuBar } from '../../chrome/menu-bar/menu-bar.tsx'
import { Panel } from '../../chrome/panel.tsx'
import { Tree } from '../../chrome/tree.tsx'
import { useFirstFocus } from '../../chrome/use-first-focus.ts'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { BackupDialog } from '../backup/backup-dialog.tsx'
import { CommonDialogs } from '../common-commands.tsx'
import { reasonAgainst } from '../conditions.ts'
import { useServerName } from '../use-words.ts'
import { DatabaseStatus } from './database-status.tsx'
import { DeleteQuestion } from './delete-question.tsx'
import { EntityDialog } from './entity-dialog.tsx'
import { EntityList } from './entity-list.tsx'
import { entityRow } from './entity-row.ts'
import { ancestorsOf, childrenByParent, hierarchyRows, topKey } from './hierarchy.ts'
import { ImportDialog } from './import-dialog.tsx'
import { SearchDialog } from './search-dialog.tsx'
import { useEditCommands } from './use-edit-commands.ts'
import { useRefresh } from './use-refresh.ts'

const letters = { register: 'N', change: 'M', delete: 'L' } as const

/** 名前データベース: the hierarchy, the organisations below its chosen node, and that node's users, groups or boards. */
export function NameDatabaseWindow(): ReactNode {
  const actions = useActions()
  const { browse: browsing } = actions
  const { t, format } = useText()
  const nameOf = useServerName()
  const browse = useApp((state) => state.browse)
  const dialog = useApp((state) => state.dialog)
  const opening = useApp((state) => state.busy.includes('backup.open'))
  const snapshot = useSnapshot((whole) => whole)
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set())
  const edit = useEditCommands()
  const children = useMemo(() => childrenByParent(browse.organizations), [browse.organizations])
  useRefresh()
  // Whatever chose the node, it is seen: what lies above it is open.
  useEffect(() => {
    if (browse.node === null) return
    const above = ancestorsOf(browse.organizations, browse.node)
    setExpanded((before) => (above.every((id) => before.has(id)) ? before : new Set([...before, ...above])))
  }, [browse.node, browse.organizations])
  useFirstFocus()

  const { directory } = snapshot
  const reasonOf = (item: MenuItem) => {
    if (edit.isEdit(item.command)) return edit.reason(item.command)
    if (item.command === 'backup' && opening) return t('reason.busy')
    const reason = item.needs === undefined ? null : reasonAgainst(item.needs, snapshot, null)
    return reason === null ? null : t(reason)
  }
  const onCommand = (command: MenuCommand) => {
    if (edit.isEdit(command)) return edit.perform(command)
    switch (command) {
      case 'backup':
        return void actions.openBackup()
      case 'reconcile':
      case 'repair':
      case 'restore':
        return actions.show({ kind: command })
      case 'select-all':
        return void browsing.selectAll()
      case 'close':
        return void actions.closeWindow()
      case 'search-users':
        return actions.show({ kind: 'search', entity: 'user' })
      case 'search-organizations':
        return actions.show({ kind: 'search', entity: 'organization' })
      case 'search-groups':
        return actions.show({ kind: 'search', entity: 'group' })
      case 'search-boards':
        return actions.show({ kind: 'search', entity: 'board' })
      case 'about':
        return actions.show({ kind: 'about' })
      default:
        return undefined
    }
  }
  const expand = (key: string, open: boolean) =>
    setExpanded((before) => {
      const after = new Set(before)
      if (open) after.add(key)
      else after.delete(key)
      return after
    })
  const showNode = (id: string) => {
    browsing.chooseNode(id === topKey ? null : id)
  }

  return (
    <div className="window">
      <header>
        <MenuBar menus={nameDatabaseMenus} reasonOf={reasonOf} onCommand={onCommand} />
        <h1 className="for-readers">{t('window.name-database')}</h1>
      </header>
      <main className="panes panes-database" aria-busy={browse.loading}>
        <Panel title={t('database.hierarchy')}>
          <Tree
            label={t('database.hierarchy')}
            rows={hierarchyRows(children, expanded, t('database.top'))}
            selected={browse.node ?? topKey}
            onSelect={showNode}
            onExpand={expand}
          />
        </Panel>
        <Panel title={t('database.organizations')}>
          <Grid
            label={t('database.organizations')}
            columns={[
              { id: 'id', label: t('column.organization-id') },
              { id: 'name', label: t('column.organization-name') },
            ]}
            rows={(children.get(browse.node) ?? []).map((each) => entityRow(each, nameOf))}
            selected={browse.chosen}
            onSelect={browsing.choose}
            onOpen={showNode}
          />
        </Panel>
        <EntityList onOpen={() => edit.reason('change') === null && edit.perform('change')} />
      </main>
      <div className="button-row">
        {(['register', 'change', 'delete'] as const).map((command) => (
          <Button
            key={command}
            label={t(`${command}.button`)}
            mnemonic={letters[command]}
            asks
            reason={edit.reason(command)}
            onPress={() => edit.perform(command)}
          />
        ))}
        {directory.kind === 'up' && (
          <span className="row-end">
            {t('database.counts', {
              users: format.number(directory.status.users),
              organizations: format.number(directory.status.organizations),
            })}
          </span>
        )}
      </div>
      <DatabaseStatus />
      {dialog?.kind === 'register' && <EntityDialog entity={null} node={browse.node} kind={browse.kind} />}
      {dialog?.kind === 'change' && (
        <EntityDialog entity={dialog.entity} node={browse.node} kind={dialog.entity.kind} />
      )}
      {dialog?.kind === 'delete' && <DeleteQuestion entities={dialog.entities} />}
      {dialog?.kind === 'import' && <ImportDialog />}
      {dialog?.kind === 'search' && <SearchDialog kind={dialog.entity} onShow={showNode} />}
      {dialog?.kind === 'backup' && <BackupDialog cleared={dialog.cleared} />}
      <CommonDialogs />
    </div>
  )
}
