const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** Bytes for people, in powers of 1024, three digits at most before the unit. */
export function bytesText(bytes: number): string {
  let value = bytes
  let at = 0
  while (value >= 1000 && at < units.length - 1) {
    value /= 1024
    at += 1
  }
  return `${at === 0 ? Math.round(value) : value.toFixed(1)} ${units[at]}`
}

/** Milliseconds as seconds with one decimal. */
export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
