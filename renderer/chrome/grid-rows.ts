import type { ReactNode } from 'react'

export interface GridCell {
  /** What the column sorts by, and what is shown unless `show` says otherwise. */
  readonly value: string | number
  readonly show?: ReactNode
}

/** A row; those of a deeper level follow the one they belong to. */
export interface GridRow {
  readonly key: string
  /** What typing ahead is compared with. */
  readonly text: string
  /** Another name that typing ahead finds it by. */
  readonly also?: string | undefined
  readonly level: number
  readonly expanded: boolean | null
  readonly cells: Readonly<Record<string, GridCell>>
}

export interface Sort {
  readonly column: string
  readonly direction: 'ascending' | 'descending'
}

/** A head was pressed: up, down, then the rows' own order again. */
export function nextSort(sort: Sort | null, column: string): Sort | null {
  if (sort?.column !== column) return { column, direction: 'ascending' }
  return sort.direction === 'ascending' ? { column, direction: 'descending' } : null
}

/** Sorts the top rows by a column; deeper rows stay behind theirs in their own order. Equal rows keep their order. */
export function sortRows(rows: readonly GridRow[], sort: Sort | null): readonly GridRow[] {
  if (sort === null) return rows
  const families: GridRow[][] = []
  for (const row of rows) {
    const family = families.at(-1)
    if (row.level === 0 || family === undefined) families.push([row])
    else family.push(row)
  }
  const sign = sort.direction === 'ascending' ? 1 : -1
  const value = (family: readonly GridRow[]) => family[0]?.cells[sort.column]?.value ?? ''
  return families.sort((a, b) => sign * compare(value(a), value(b))).flat()
}

const collator = new Intl.Collator('ja', { numeric: true })

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return collator.compare(String(a), String(b))
}
