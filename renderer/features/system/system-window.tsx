import { type ReactNode, useState } from 'react'
import { type MenuCommand, type MenuItem, systemMenus } from '../../../shared/menu.ts'
import { Button } from '../../chrome/button.tsx'
import { Grid } from '../../chrome/grid.tsx'
import { MenuBar } from '../../chrome/menu-bar/menu-bar.tsx'
import { Panel } from '../../chrome/panel.tsx'
import { useFirstFocus } from '../../chrome/use-first-focus.ts'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { CommonDialogs } from '../common-commands.tsx'
import { reasonAgainst } from '../conditions.ts'
import { useWords } from '../use-words.ts'
import { Activities } from './activities.tsx'
import { ControlDialog } from './control-dialog.tsx'
import { LastBackup, Schedule } from './last-backup.tsx'
import { Notices } from './notices.tsx'
import { serverRows } from './server-rows.tsx'
import { SiteList, serversOf, wholeDomain } from './site-list.tsx'
import { SystemStatus } from './system-status.tsx'

/** システム管理: the domain's servers, their services, and the ways to everything else. */
export function SystemWindow(): ReactNode {
  const actions = useActions()
  const text = useText()
  const words = useWords()
  const { t } = text
  const snapshot = useSnapshot((whole) => whole)
  const dialog = useApp((state) => state.dialog)
  const [row, setRow] = useState<string | null>(
    () => snapshot.servers.find((server) => server.roles.includes('master'))?.host ?? null,
  )
  const [expanded, setExpanded] = useState<readonly string[]>(() => snapshot.servers.map((server) => server.host))
  const [site, setSite] = useState(wholeDomain)
  useFirstFocus('grid')
  const host = row?.split('/')[0] ?? null
  const target = snapshot.servers.find((server) => dialog !== null && 'host' in dialog && server.host === dialog.host)

  const reasonOf = (item: Pick<MenuItem, 'needs'>) => {
    const reason = item.needs === undefined ? null : reasonAgainst(item.needs, snapshot, host)
    return reason === null ? null : t(reason)
  }
  const isChecked = ({ command }: MenuItem) => {
    const { openNameDatabase, language } = snapshot.preferences
    return command === 'toggle-open-name-database' ? openNameDatabase : command === `language-${language}`
  }
  const onCommand = (command: MenuCommand) => {
    switch (command) {
      case 'open-name-database':
        return void actions.openNameDatabase('user')
      case 'open-boards':
        return void actions.openNameDatabase('board')
      case 'history':
      case 'archive':
        return void actions.openWindow(command)
      case 'restore':
        return actions.show({ kind: command })
      case 'logon':
        return void actions.logon()
      case 'logoff':
        return void actions.logoff()
      case 'quit':
        return void actions.quit(false)
      case 'start':
      case 'stop':
        return host === null ? undefined : actions.show({ kind: command, host })
      case 'run-book':
        return host === null ? undefined : void actions.openRunBook(host)
      case 'toggle-open-name-database':
        return void actions.setPreferences({ openNameDatabase: !snapshot.preferences.openNameDatabase })
      case 'language-ja':
        return void actions.setPreferences({ language: 'ja' })
      case 'language-en':
        return void actions.setPreferences({ language: 'en' })
      case 'about':
        return actions.show({ kind: 'about' })
      default:
        return undefined
    }
  }
  const chooseSite = (chosen: string) => {
    setSite(chosen)
    const hosts = serversOf(snapshot.servers, chosen).map((server) => server.host)
    setRow((before) => (before !== null && hosts.includes(before.split('/')[0] ?? '') ? before : (hosts[0] ?? null)))
  }
  const expand = (key: string, open: boolean) =>
    setExpanded((before) => (open ? [...before, key] : before.filter((each) => each !== key)))

  return (
    <div className="window">
      <header>
        <MenuBar menus={systemMenus} reasonOf={reasonOf} isChecked={isChecked} onCommand={onCommand} />
        <h1 className="for-readers">{t('window.system')}</h1>
      </header>
      <Notices />
      <main className="panes panes-system">
        <Panel title={t('system.sites')}>
          <SiteList selected={site} onSelect={chooseSite} />
        </Panel>
        <Panel title={t('system.servers')}>
          <Grid
            label={t('system.servers')}
            columns={[
              { id: 'server', label: t('column.server') },
              { id: 'host', label: t('column.host') },
              { id: 'kind', label: t('column.kind') },
              { id: 'state', label: t('column.state') },
              { id: 'replication', label: t('column.replication') },
              { id: 'detail', label: t('column.detail') },
            ]}
            rows={serverRows({ ...snapshot, servers: serversOf(snapshot.servers, site), expanded, text, words })}
            selected={row === null ? [] : [row]}
            onSelect={(keys) => setRow(keys[0] ?? null)}
            onOpen={(key) => expand(key, !expanded.includes(key))}
            onExpand={expand}
          />
        </Panel>
      </main>
      <Activities activities={snapshot.activities} />
      <div className="button-row">
        <Button
          label={t('menu.start')}
          mnemonic="T"
          asks
          reason={reasonOf({ needs: 'server-chosen' })}
          onPress={() => onCommand('start')}
        />
        <Button
          label={t('menu.stop')}
          mnemonic="P"
          asks
          reason={reasonOf({ needs: 'server-chosen' })}
          onPress={() => onCommand('stop')}
        />
        <Button
          label={t('menu.run-book')}
          mnemonic="R"
          asks
          reason={reasonOf({ needs: 'server-chosen' })}
          onPress={() => onCommand('run-book')}
        />
        <LastBackup host={host} />
        <Schedule />
      </div>
      <SystemStatus />
      {target !== undefined && (dialog?.kind === 'start' || dialog?.kind === 'stop') && (
        <ControlDialog key={`${dialog.kind} ${target.host}`} action={dialog.kind} server={target} />
      )}
      <CommonDialogs />
    </div>
  )
}
