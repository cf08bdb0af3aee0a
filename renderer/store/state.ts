import type { Snapshot } from '../../shared/model/console.ts'
import type { Entity, EntityKind } from '../../shared/model/entity.ts'
import type { Segment } from '../../shared/model/journal.ts'
import type { Problem } from '../../shared/model/problem.ts'

/** A window's one open dialog, as data. What it shows beside this comes from the snapshot. */
export type Dialog =
  | { readonly kind: 'start' | 'stop'; readonly host: string }
  | { readonly kind: 'about' | 'quit' | 'register' | 'cancel-run' }
  | { readonly kind: 'search'; readonly entity: EntityKind }
  | { readonly kind: 'backup'; readonly cleared: Cleared | null }
  | { readonly kind: 'nxbackup'; readonly goal: 'next' | 'all'; readonly suggested: string }

/** What the last ジャーナルクリア did; `segment` is null where there was no record. */
export type Cleared = { readonly host: string; readonly segment: Segment | null }

/** The rows of the 名前データベース window. */
export interface Browse {
  /** Every organisation of the domain. */
  readonly organizations: readonly Entity[]
  /** The chosen node of the hierarchy; null: 最上位組織一覧. */
  readonly node: string | null
  readonly users: readonly Entity[]
  readonly usersTotal: number
  /** Ids of the chosen rows of the ユーザ一覧. */
  readonly selected: readonly string[]
  readonly loading: boolean
  /** Said in the status bar after a registration: the acknowledged change. */
  readonly registered: { readonly entity: Entity; readonly number: number } | null
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
  users: [],
  usersTotal: 0,
  selected: [],
  loading: false,
  registered: null,
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
