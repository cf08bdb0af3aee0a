import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { historyMenus, type MenuCommand } from '../../../shared/menu.ts'
import type { HistoryFilter, HistoryPage } from '../../../shared/model/history.ts'
import type { RunState } from '../../../shared/model/run-state.ts'
import { Button } from '../../chrome/button.tsx'
import { Grid } from '../../chrome/grid.tsx'
import { type Sort, sortRows } from '../../chrome/grid-rows.ts'
import { MenuBar } from '../../chrome/menu-bar/menu-bar.tsx'
import { Panel } from '../../chrome/panel.tsx'
import { StatusBar } from '../../chrome/status-bar.tsx'
import { useFirstFocus } from '../../chrome/use-first-focus.ts'
import { useActions, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { CommonDialogs } from '../common-commands.tsx'
import { useServerName } from '../use-words.ts'
import { HistoryDetail } from './history-detail.tsx'
import { HistoryFilters } from './history-filters.tsx'
import { historyRows } from './history-rows.tsx'

const everything: HistoryFilter = { host: null, runbook: null, outcome: null, text: '' }
const pageRows = 200

/** 履歴: every run that was ever begun here, from a console or a command, and what each step of it came to. */
export function HistoryWindow(): ReactNode {
  const actions = useActions()
  const text = useText()
  const { t, format } = text
  const nameOf = useServerName()
  const newest = useSnapshot(({ backups }) => `${backups.newest?.runId} ${backups.newest?.outcome}`)
  const [filter, setFilter] = useState(everything)
  const [wanted, setWanted] = useState(pageRows)
  const [page, setPage] = useState<HistoryPage>({ rows: [], total: 0 })
  const [read, setRead] = useState(false)
  const [sort, setSort] = useState<Sort | null>(null)
  const [chosen, setChosen] = useState<string | null>(null)
  const [run, setRun] = useState<RunState | null>(null)
  useFirstFocus('grid', read)

  const load = useCallback(async () => {
    const found = await actions.historyPage(filter, wanted)
    if (found !== undefined) setPage(found)
    setRead(true)
  }, [actions, filter, wanted])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that began or ended is the reason to read again
  useEffect(() => void load(), [load, newest])

  useEffect(() => {
    let current = true
    const readable = page.rows.some((row) => row.runId === chosen && row.runbook !== null)
    if (chosen === null || !readable) setRun(null)
    else void actions.historyRun(chosen).then((found) => current && found !== undefined && setRun(found))
    return () => {
      current = false
    }
  }, [chosen, page, actions])

  const archive = run?.archives[0]?.path

  const onCommand = (command: MenuCommand) => {
    if (command === 'refresh') void load()
    if (command === 'close') void actions.closeWindow()
    if (command === 'about') actions.show({ kind: 'about' })
  }

  return (
    <div className="window">
      <header>
        <MenuBar menus={historyMenus} reasonOf={() => null} onCommand={onCommand} />
        <h1 className="for-readers">{t('window.history')}</h1>
      </header>
      <main className="panes panes-history">
        <HistoryFilters filter={filter} onChange={setFilter} />
        <Panel title={t('history.list')}>
          <Grid
            label={t('history.list')}
            columns={[
              { id: 'started', label: t('column.started') },
              { id: 'server', label: t('column.run-server') },
              { id: 'runbook', label: t('column.runbook') },
              { id: 'owner', label: t('column.owner') },
              { id: 'outcome', label: t('column.outcome') },
              { id: 'outage', label: t('column.outage'), numeric: true },
              { id: 'archive', label: t('column.archive') },
            ]}
            rows={sortRows(historyRows(page.rows, nameOf, text), sort)}
            sort={sort}
            onSort={(order) => {
              // An order is one of all runs, not of those that were read so far.
              if (order !== null) setWanted(Number.MAX_SAFE_INTEGER)
              setSort(order)
            }}
            selected={chosen === null ? [] : [chosen]}
            onSelect={(keys) => setChosen(keys[0] ?? null)}
            onEnd={() => page.rows.length < page.total && setWanted(page.rows.length + pageRows)}
          />
        </Panel>
        <Panel title={t('history.detail')} className="panel-detail">
          <HistoryDetail run={run} row={page.rows.find((row) => row.runId === chosen) ?? null} />
        </Panel>
      </main>
      <div className="button-row">
        <Button
          label={t('history.open-archive')}
          mnemonic="A"
          reason={archive === undefined ? t('history.no-archive') : null}
          onPress={() => archive !== undefined && void actions.showArchive(archive)}
        />
      </div>
      <StatusBar
        cells={[
          {
            id: 'count',
            value: t('history.count', { shown: format.number(page.rows.length), total: format.number(page.total) }),
            grows: true,
          },
        ]}
      />
      <CommonDialogs />
    </div>
  )
}
