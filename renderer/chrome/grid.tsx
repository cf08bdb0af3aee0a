import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useText } from '../text/use-text.ts'
import { type GridRow, nextSort, type Sort, sortRows } from './grid-rows.ts'
import type { ListMove } from './list-keys.ts'
import { useListKeys } from './use-list-keys.ts'

export interface Column {
  readonly id: string
  readonly label: string
  readonly numeric?: boolean
}

export interface GridProps {
  readonly label: string
  readonly columns: readonly Column[]
  readonly rows: readonly GridRow[]
  /** Keys of the chosen rows; the last one moved to holds the focus. */
  readonly selected: readonly string[]
  readonly onSelect: (keys: readonly string[]) => void
  readonly onOpen?: (key: string) => void
  readonly onExpand?: (key: string, expanded: boolean) => void
  readonly onSelectAll?: () => void
  /** Called near the end of the rows, to bring more of them. */
  readonly onEnd?: () => void
  /** Typing ahead in a list of which only a part is here: gives the key of the row, which then is here, or null. */
  readonly onSeek?: ((typed: string, from: number) => Promise<string | null>) | undefined
  readonly empty?: string
  /** The order that whoever brings the rows has put them in; without `onSort` the grid sorts its rows itself. */
  readonly sort?: Sort | null
  readonly onSort?: (sort: Sort | null) => void
}

/** A white sunken list with column heads that sort, driven by mouse or keyboard alone. */
export function Grid(props: GridProps): ReactNode {
  const { label, columns, selected, onSelect, onOpen, onExpand, onSelectAll, onEnd, onSeek, empty } = props
  const { t } = useText()
  const [ownSort, setOwnSort] = useState<Sort | null>(null)
  const sort = props.onSort === undefined ? ownSort : (props.sort ?? null)
  const setSort = props.onSort ?? setOwnSort
  const [focused, setFocused] = useState<string | null>(null)
  const body = useRef<HTMLTableSectionElement>(null)
  const moved = useRef(false)
  const rows = useMemo(
    () => sortRows(props.rows, props.onSort === undefined ? ownSort : null),
    [props.rows, props.onSort, ownSort],
  )
  const visible = rows.map(({ key, text, also, level, expanded }) => ({ key, text, also, level, expanded }))
  const current = rows.some((row) => row.key === focused) ? focused : (selected.at(-1) ?? null)
  const tabStop = rows.some((row) => row.key === current) ? current : (rows[0]?.key ?? null)
  const tree = rows.some((row) => row.expanded !== null)

  const act = (move: ListMove) => {
    if (move.kind === 'go') {
      moved.current = true
      setFocused(move.key)
      onSelect([move.key])
      if (rows.at(-1)?.key === move.key) onEnd?.()
    } else if (move.kind === 'open') onOpen?.(move.key)
    else if (move.kind === 'all') onSelectAll?.()
    else onExpand?.(move.key, move.kind === 'expand')
  }
  const sought = useRef(0)
  const seek = async (typed: string, from: number) => {
    const mine = ++sought.current
    const key = (await onSeek?.(typed, from)) ?? null
    // What was typed since is looked for by itself.
    if (mine === sought.current && key !== null) act({ kind: 'go', key })
  }
  const onKeyDown = useListKeys(visible, current, act, onSeek && ((typed, from) => void seek(typed, from)))

  useEffect(() => {
    if (!moved.current || focused === null) return
    moved.current = false
    const row = body.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)
    row?.focus()
    row?.scrollIntoView({ block: 'nearest' })
  }, [focused])

  return (
    <div
      className="list"
      onScroll={({ currentTarget: list }) => {
        if (list.scrollTop + list.clientHeight > list.scrollHeight - 200) onEnd?.()
      }}
    >
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: its role is grid or treegrid, told at run time */}
      <table role={tree ? 'treegrid' : 'grid'} aria-label={label} aria-multiselectable={onSelectAll ? true : undefined}>
        <thead>
          <tr>
            {columns.map((column) => {
              const mine = sort?.column === column.id ? sort.direction : 'none'
              return (
                <th key={column.id} scope="col" aria-sort={mine} className={column.numeric ? 'numeric' : undefined}>
                  <button type="button" onClick={() => setSort(nextSort(sort, column.id))}>
                    {column.label}
                    {mine !== 'none' && <span aria-hidden="true">{mine === 'ascending' ? ' ▲' : ' ▼'}</span>}
                  </button>
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {rows.map((row) => (
            <tr
              key={row.key}
              data-key={row.key}
              data-level={row.level}
              tabIndex={row.key === tabStop ? 0 : -1}
              aria-selected={selected.includes(row.key)}
              aria-level={tree ? row.level + 1 : undefined}
              aria-expanded={row.expanded ?? undefined}
              onClick={(event) => {
                const many = onSelectAll !== undefined && event.ctrlKey
                const others = selected.filter((key) => key !== row.key)
                moved.current = true
                setFocused(row.key)
                onSelect(many ? (others.length < selected.length ? others : [...others, row.key]) : [row.key])
              }}
              onDoubleClick={() => onOpen?.(row.key)}
              onFocus={() => setFocused(row.key)}
            >
              {columns.map((column, index) => (
                <td key={column.id} className={column.numeric ? 'numeric' : undefined}>
                  {index === 0 && row.expanded !== null && (
                    <button
                      type="button"
                      className="twist"
                      tabIndex={-1}
                      aria-hidden="true"
                      onClick={(event) => {
                        event.stopPropagation()
                        onExpand?.(row.key, !row.expanded)
                      }}
                    >
                      {row.expanded ? '▼' : '+'}
                    </button>
                  )}
                  {index === 0 && tree && row.expanded === null && <span className="twist" aria-hidden="true" />}
                  {row.cells[column.id]?.show ?? row.cells[column.id]?.value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="list-empty">{empty ?? t('list.empty')}</p>}
    </div>
  )
}
