/** What people were told last, kept over restarts so that they are not told the same again and again. */
export interface Told {
  /** What was remembered last under that name, or null. */
  last(name: 'missed'): string | null
  /** Durable. Throws `state-folder-failed`. */
  remember(name: 'missed', value: string): void
}
