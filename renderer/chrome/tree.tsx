import { type ReactNode, useEffect, useRef } from 'react'
import type { KeyRow, ListMove } from './list-keys.ts'
import { useListKeys } from './use-list-keys.ts'

export interface TreeProps {
  readonly label: string
  /** The visible nodes in order; `text` is what they show. */
  readonly rows: readonly KeyRow[]
  readonly selected: string
  readonly onSelect: (key: string) => void
  readonly onExpand?: (key: string, expanded: boolean) => void
  /** What stands behind a node's text. */
  readonly after?: (key: string) => ReactNode
}

/** A white sunken tree with the text marks ▼ and +. */
export function Tree({ label, rows, selected, onSelect, onExpand, after }: TreeProps): ReactNode {
  const list = useRef<HTMLDivElement>(null)
  const moved = useRef(false)
  const act = (move: ListMove) => {
    if (move.kind === 'all') return
    if (move.kind === 'go') {
      moved.current = true
      onSelect(move.key)
    } else if (move.kind === 'open') {
      const row = rows.find((each) => each.key === move.key)
      if (row?.expanded !== null && row !== undefined) onExpand?.(row.key, !row.expanded)
    } else {
      onExpand?.(move.key, move.kind === 'expand')
    }
  }
  const onKeyDown = useListKeys(rows, selected, act)

  useEffect(() => {
    if (!moved.current) return
    moved.current = false
    const node = list.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(selected)}"]`)
    node?.focus()
    node?.scrollIntoView({ block: 'nearest' })
  }, [selected])

  return (
    <div className="list tree" role="tree" aria-label={label} ref={list} onKeyDown={onKeyDown}>
      {rows.map((row) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the tree itself hears the keys
        <div
          key={row.key}
          role="treeitem"
          data-key={row.key}
          data-level={Math.min(row.level, 8)}
          tabIndex={row.key === selected ? 0 : -1}
          aria-level={row.level + 1}
          aria-expanded={row.expanded ?? undefined}
          aria-selected={row.key === selected}
          onClick={() => {
            moved.current = true
            onSelect(row.key)
          }}
          onDoubleClick={() => row.expanded !== null && onExpand?.(row.key, !row.expanded)}
        >
          {(row.level > 0 || row.expanded !== null) && (
            <button
              type="button"
              className="twist"
              tabIndex={-1}
              aria-hidden="true"
              disabled={row.expanded === null}
              onClick={(event) => {
                event.stopPropagation()
                onExpand?.(row.key, !row.expanded)
              }}
            >
              {row.expanded === null ? '' : row.expanded ? '▼' : '+'}
            </button>
          )}
          {row.text}
          {after?.(row.key)}
        </div>
      ))}
    </div>
  )
}
