/** A row as the keyboard sees it. */
export interface KeyRow {
  readonly key: string
  /** What typing ahead is compared with. */
  readonly text: string
  /** Another name of the same row that typing ahead finds it by. */
  readonly also?: string | undefined
  readonly level: number
  /** Null: it has nothing below it. */
  readonly expanded: boolean | null
}

export type ListMove =
  | { readonly kind: 'go'; readonly key: string }
  | { readonly kind: 'expand' | 'collapse'; readonly key: string }
  | { readonly kind: 'open'; readonly key: string }
  | { readonly kind: 'all' }

/** The rows that one press of PageUp or PageDown passes over. */
const page = 10

/**
 * What a key does in a list or tree with `current` as its row: arrows, Home, End, PageUp, PageDown, Enter, Ctrl+A.
 * Null: the key is not the list's.
 */
export function moveInList(
  rows: readonly KeyRow[],
  current: string | null,
  key: { readonly key: string; readonly ctrl: boolean },
): ListMove | null {
  const at = rows.findIndex((row) => row.key === current)
  const row = rows[at]
  const to = (index: number): ListMove | null => {
    const target = rows[Math.max(0, Math.min(rows.length - 1, index))]
    return target === undefined ? null : { kind: 'go', key: target.key }
  }
  switch (key.key) {
    case 'ArrowDown':
      return to(at + 1)
    case 'ArrowUp':
      return to(at <= 0 ? 0 : at - 1)
    case 'Home':
      return to(0)
    case 'End':
      return to(rows.length - 1)
    case 'PageDown':
      return to(at + page)
    case 'PageUp':
      return to(at - page)
    case 'ArrowRight':
      if (row === undefined || row.expanded === null) return null
      return row.expanded ? to(at + 1) : { kind: 'expand', key: row.key }
    case 'ArrowLeft': {
      if (row === undefined) return null
      if (row.expanded === true) return { kind: 'collapse', key: row.key }
      for (let above = at - 1; above >= 0; above--) {
        const parent = rows[above]
        if (parent !== undefined && parent.level < row.level) return { kind: 'go', key: parent.key }
      }
      return null
    }
    case 'Enter':
      return row === undefined ? null : { kind: 'open', key: row.key }
    case 'a':
      return key.ctrl ? { kind: 'all' } : null
    default:
      return null
  }
}

/** The row that typing `typed` leads to: the next one that begins with it, going round; null when there is none. */
export function typeAhead(rows: readonly KeyRow[], current: string | null, typed: string): string | null {
  const wanted = typed.toLowerCase()
  const start = typedFrom(rows, current, typed)
  for (let step = 0; step < rows.length; step++) {
    const row = rows[(start + step) % rows.length]
    if (row !== undefined && [row.text, row.also ?? ''].some((each) => each.toLowerCase().startsWith(wanted)))
      return row.key
  }
  return null
}

/** Where typing ahead begins to look: a first letter moves on to the next match, more letters may stay on the row they fit. */
export function typedFrom(rows: readonly KeyRow[], current: string | null, typed: string): number {
  const at = rows.findIndex((row) => row.key === current)
  return typed.length === 1 ? at + 1 : Math.max(at, 0)
}
