import type { ReactNode } from 'react'

export type Mark = 'running' | 'moving' | 'stopped' | 'failed' | 'partial' | 'done' | 'waiting'

const signs: Readonly<Record<Mark, string>> = {
  running: '●',
  moving: '▶',
  stopped: '○',
  failed: '✕',
  partial: '▲',
  done: '✓',
  waiting: '・',
}

/** A state: its mark in its colour, and always its word. */
export function StateMark({ mark, word }: { readonly mark: Mark; readonly word: string }): ReactNode {
  return (
    <span className="state">
      <span className={`mark mark-${mark}`} aria-hidden="true">
        {signs[mark]}
      </span>
      <span>{word}</span>
    </span>
  )
}
