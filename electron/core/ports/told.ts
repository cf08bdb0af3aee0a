import type { Problem } from '../../../shared/model/problem.ts'

/** A channel whose newest notice did not arrive. */
export interface Untold {
  readonly channel: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly message: Problem['message']
}

/** What people were told last, and what did not reach them; kept over restarts. */
export interface Told {
  /** What was remembered last under that name, or null: nobody is told the same again and again. */
  last(name: 'missed'): string | null
  /** Durable. Throws `state-folder-failed`. */
  remember(name: 'missed', value: string): void
  /** Of these channels, those whose newest notice did not arrive. */
  untold(channels: readonly string[]): readonly Untold[]
  /** How a channel's newest notice ended; null: it arrived. Durable. Throws `state-folder-failed`. */
  noteUntold(channel: string, found: Omit<Untold, 'channel'> | null): void
}
