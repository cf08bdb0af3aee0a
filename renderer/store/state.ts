import type { Snapshot } from '../../shared/model/console.ts'
import type { Edit, Entity, EntityKind } from '../../shared/model/entity.ts'
import type { Segment } from '../../shared/model/journal.ts'
import type { Problem } from '../../shared/model/problem.ts'
import type { Sort } from '../chrome/grid-rows.ts'

/** A window's one open dialog, as data. What it shows beside this comes from the snapshot. */
export type Dialog =
  | { readonly kind: 'start' | 'stop'; readonly host: string }
  | { readonly kind: 'about' | 'quit' | 'register' | 'cancel-run' | 'reconcile' | 'repair' | 'restore' | 'extract' }
  | { readonly kind: 'change'; readonly entity: Entity }
  | { readonly kind: 'delete'; readonly entities: readonly Entity[] }
  | { readonly kind: 'import' }
  | { readonly kind: 'search'; readonly entity: EntityKind }
  | { readonly kind: 'backup'; readonly cleared: Cleared | null }
  | { readonly kind: 'nxbackup'; readonly goal: 'next' | 'all'; readonly suggested: string }

/** What the last ジャーナルクリア did; `segment` is null where there was no record. */
export type Cleared = { readonly host: string; readonly segment: Segment | null }

/** What the third list of the 名前データベース window shows. */
export type ListedKind = Exclude<EntityKind, 'organization'>

/** The acknowledged change that the status bar tells of. */
export type Said =
  | { readonly kind: 'registered' | 'changed'; readonly entity: Entity; readonly number: number }
  | { readonly kind: 'deleted' | 'imported'; readonly count: number; readonly number: number }
  | { readonly kind: 'undone'; readonly number: number }

/** The rows of the 名前データベース window. */
export interface Browse {
  /** Every organisation of the domain. */
  readonly organizations: readonly Entity[]
  /** The chosen node of the hierarchy; null: 最上位組織一覧. */
  readonly node: string | null
  readonly kind: ListedKind
  /** The part of the third list that was read; the service sorted all of it. */
  readonly rows: readonly Entity[]
  readonly total: number
  readonly sort: Sort | null
  /** Ids of the chosen rows of the third list. */
  readonly selected: readonly string[]
  /** Ids of the chosen rows of the 組織一覧. */
  readonly chosen: readonly string[]
  /** The list that was chosen in last: there 修正 and 削除 work. */
  readonly active: 'organizations' | 'rows'
  readonly loading: boolean
  readonly said: Said | null
  /** What takes the last change of this window back. */
  readonly undo: readonly Edit[] | null
}

/** What 修正 and 削除 are about: the chosen rows of the list in use, else the node of the hierarchy. */
export function targetsOf({ organizations, node, rows, selected, chosen, active }: Browse): readonly Entity[] {
  const picked =
    active === 'rows'
      ? rows.filter((row) => selected.includes(row.id))
      : organizations.filter((each) => chosen.includes(each.id))
  return picked.length > 0 ? picked : organizations.filter((each) => each.id === node)
}

export interface AppState {
  readonly snapshot: Snapshot | null
  /** Why there is no snapshot, or why the one shown is no longer followed. */
  readonly disconnected: Problem | null
  readonly dialog: Dialog | null
  /** A failed request, shown over everything until it is acknowledged. */
  readonly failure: Problem | null
  /** Commands that were sent and not answered yet, by name. */
  readonly busy: readonly string[]
  /** The chosen row of the サーバ一覧. */
  readonly host: string | null
  readonly browse: Browse
}

const emptyBrowse: Browse = {
  organizations: [],
  node: null,
  kind: 'user',
  rows: [],
  total: 0,
  sort: null,
  selected: [],
  chosen: [],
  active: 'rows',
  loading: false,
  said: null,
  undo: null,
}

export const emptyState: AppState = {
  snapshot: null,
  disconnected: null,
  dialog: null,
  failure: null,
  busy: [],
  host: null,
  browse: emptyBrowse,
}
