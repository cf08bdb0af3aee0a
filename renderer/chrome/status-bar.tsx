import type { ReactNode } from 'react'

export interface StatusCell {
  readonly id: string
  readonly label?: string
  readonly value: string
  /** Takes the room that the others leave. */
  readonly grows?: boolean
}

/** The row of sunken cells at a window's foot. */
export function StatusBar({ cells }: { readonly cells: readonly StatusCell[] }): ReactNode {
  return (
    <div className="status-bar" role="status">
      {cells.map(({ id, label, value, grows }) => (
        <span key={id} className={`status-cell${grows ? ' status-cell-grows' : ''}`} data-cell={id}>
          {label === undefined ? value : `${label}: ${value}`}
        </span>
      ))}
    </div>
  )
}
