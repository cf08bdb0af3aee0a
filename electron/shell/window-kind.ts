/** The console's own windows, and the one that says why it could not open. */
export type WindowKind = 'system' | 'name-database' | 'run-book' | 'history' | 'archive' | 'failure'

/** Where every page of the console lives; `index.html?window=KIND` shows a window's kind. */
const pageOrigin = 'app://console'

/** The address of a window's page. `extra` becomes further query parameters. */
export function pageAddress(kind: WindowKind, extra: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ window: kind, ...extra })
  return `${pageOrigin}/index.html?${query.toString()}`
}

/** Whether an address is one of the console's own pages. Anything that is no address is not. */
export function isOwnAddress(address: string): boolean {
  try {
    const { protocol, host, username, password } = new URL(address)
    return `${protocol}//${host}` === pageOrigin && username === '' && password === ''
  } catch {
    return false
  }
}
