import { type ReactNode, useEffect, useState } from 'react'
import { archiveMenus, type MenuCommand, type MenuItem } from '../../../shared/menu.ts'
import { Button } from '../../chrome/button.tsx'
import { Grid } from '../../chrome/grid.tsx'
import { type Sort, sortRows } from '../../chrome/grid-rows.ts'
import { MenuBar } from '../../chrome/menu-bar/menu-bar.tsx'
import { Panel } from '../../chrome/panel.tsx'
import { Tree } from '../../chrome/tree.tsx'
import { useFirstFocus } from '../../chrome/use-first-focus.ts'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { CommonDialogs } from '../common-commands.tsx'
import { TaskView } from '../tasks/task-view.tsx'
import { TaskVolume } from '../tasks/volume-dialog.tsx'
import { ArchiveBar } from './archive-bar.tsx'
import { ArchiveStatus } from './archive-status.tsx'
import { entryRows } from './entry-rows.ts'
import { ExtractDialog } from './extract-dialog.tsx'
import { folderRows } from './folder-rows.ts'
import { isFolder, useArchive } from './use-archive.ts'

/** Entries that are sorted or chosen at once, at most; so many are taken out by one request. */
const mostEntries = 10_000

/** アーカイブ: what one archive holds, as a tree of folders and by search; chosen entries are taken out elsewhere. */
export function ArchiveWindow(): ReactNode {
  const actions = useActions()
  const text = useText()
  const { t, format } = text
  const dialog = useApp((state) => state.dialog)
  const { tasks, archive: chosen } = useSnapshot((snapshot) => snapshot)
  const archive = useArchive()
  const [selected, setSelected] = useState<readonly string[]>([])
  const [sort, setSort] = useState<Sort | null>(null)
  const [tooMany, setTooMany] = useState(false)
  useFirstFocus('tree', chosen === null || archive.opened !== null)
  const { opened, folder, search, page, tree } = archive
  const extraction = tasks.find((each) => each.kind === 'extract' && each.subject === opened?.path)
  const volumes = tasks.find((each) => each.id === archive.awaited)

  const fresh = () => {
    setSelected([])
    setSort(null)
    setTooMany(false)
  }
  // A choice made while another archive was being opened is not one of its entries.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is opened counts
  useEffect(fresh, [opened])
  // Its volumes were found: it is opened as one whose volumes nobody has to be asked for.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each task opens once
  useEffect(() => {
    if (volumes?.state !== 'done') return
    void actions.dismissTask(volumes.id)
    void archive.open(volumes.subject, false)
  }, [volumes?.state])
  const show = (path: string) => {
    fresh()
    archive.show(path)
  }
  const against = (command: MenuCommand): string | null => {
    if (command !== 'extract') return null
    if (opened === null) return t('archive.open-first')
    return selected.length === 0 ? t('archive.choose-entries') : null
  }
  const selectAll = async () => {
    if (archive.busy) return
    const rows = await archive.all(mostEntries)
    setTooMany(rows === null)
    if (rows !== null) setSelected(rows.map(({ path }) => path))
  }
  // An order is one of everything in the folder, not of what was read so far.
  const sortBy = async (order: Sort | null) => {
    if (archive.busy) return
    const whole = order === null || page.next === null || (await archive.all(mostEntries)) !== null
    setTooMany(!whole)
    if (whole) setSort(order)
  }
  const onCommand = (command: MenuCommand) => {
    if (command === 'extract') actions.show({ kind: 'extract' })
    if (command === 'select-all') void selectAll()
    if (command === 'close') void actions.closeWindow()
    if (command === 'about') actions.show({ kind: 'about' })
  }

  return (
    <div className="window">
      <header>
        <MenuBar menus={archiveMenus} reasonOf={(item: MenuItem) => against(item.command)} onCommand={onCommand} />
        <h1 className="for-readers">{t('window.archive')}</h1>
      </header>
      <ArchiveBar archive={archive} onChange={fresh} />
      <main className="panes panes-archive">
        <Panel title={t('archive.folders')}>
          <Tree
            label={t('archive.folders')}
            rows={folderRows(tree, opened?.path ?? null)}
            selected={folder}
            onSelect={show}
            onExpand={archive.expand}
          />
        </Panel>
        <Panel title={search === null ? t('archive.entries') : t('archive.found', { text: search })}>
          <Grid
            key={`${opened?.path} ${folder} ${search}`}
            label={t('archive.entries')}
            columns={[
              { id: 'name', label: t('column.entry') },
              { id: 'type', label: t('column.entry-type') },
              { id: 'size', label: t('column.entry-size'), numeric: true },
              { id: 'mode', label: t('column.entry-mode') },
              { id: 'owner', label: t('column.entry-owner') },
              { id: 'mtime', label: t('column.entry-mtime') },
            ]}
            rows={sortRows(entryRows(page.rows, search !== null, text), sort)}
            sort={sort}
            onSort={(order) => void sortBy(order)}
            selected={selected}
            onSelect={setSelected}
            onSelectAll={() => void selectAll()}
            onOpen={(path) => page.rows.some((row) => row.path === path && isFolder(row)) && show(path)}
            onEnd={archive.more}
            empty={opened === null ? t('archive.none') : t('list.empty')}
          />
        </Panel>
      </main>
      {tooMany && (
        <p className="told" role="alert">
          {t('archive.too-many', { limit: format.number(mostEntries) })}
        </p>
      )}
      {volumes !== undefined && volumes.state !== 'done' && (
        <div className="window-task">
          <TaskView task={volumes} label={t('archive.volumes')} />
        </div>
      )}
      {extraction !== undefined && (
        <div className="window-task">
          <TaskView task={extraction} label={t('archive.extracting')} />
        </div>
      )}
      <div className="button-row">
        <Button
          label={t('menu.extract')}
          mnemonic="X"
          asks
          reason={against('extract')}
          onPress={() => onCommand('extract')}
        />
      </div>
      <ArchiveStatus archive={archive} selected={selected.length} />
      {dialog?.kind === 'extract' && opened !== null && <ExtractDialog archive={opened.path} select={selected} />}
      <TaskVolume kind="volumes" hint={t('volume.archive-hint')} />
      <TaskVolume kind="extract" hint={t('volume.extract-hint')} />
      <CommonDialogs />
    </div>
  )
}
