/** A path as one word of a command that is shown to be copied. */
export function shellWord(path: string): string {
  return /^[\w@+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
