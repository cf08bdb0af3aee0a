/** The kinds of window that show the engine's state. */
export type ConsoleWindow = 'system' | 'name-database' | 'run-book' | 'history' | 'archive'

/** The kind that an address names: システム管理 unless it says otherwise. */
export function windowKind(query: URLSearchParams): ConsoleWindow | 'failure' {
  const kind = query.get('window')
  const named = ['name-database', 'run-book', 'history', 'archive', 'failure'] as const
  return named.find((each) => each === kind) ?? 'system'
}
