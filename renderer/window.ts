/** The kinds of window that show the engine's state. */
export type ConsoleWindow = 'system' | 'name-database' | 'run-book'

/** The kind that an address names: システム管理 unless it says otherwise. */
export function windowKind(query: URLSearchParams): ConsoleWindow | 'failure' {
  const kind = query.get('window')
  return kind === 'name-database' || kind === 'run-book' || kind === 'failure' ? kind : 'system'
}
