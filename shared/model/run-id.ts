/** A run's id: when it began (UTC) and six random hex digits, so that ids sort by time and fit a file name. */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const random = globalThis.crypto.getRandomValues(new Uint8Array(3))
  return `${stamp}-${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
