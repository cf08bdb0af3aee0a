/** A command that is to run by itself. Every path absolute; nothing in it is read by a shell. */
export interface ScheduledJob {
  /** For people: what it does. */
  readonly description: string
  /** A time of day (`HH:MM`, local time), or an expression of the scheduler's own. */
  readonly calendar: Calendar
  readonly argv: readonly string[]
  /** What is run every hour beside it, to tell people of what did not happen; how it ends does not matter. */
  readonly watch: readonly string[]
  /** The account's name. */
  readonly user: string
  readonly environment: Readonly<Record<string, string>>
  /** When it was planned (ISO 8601): what would have fallen due before that was missed by nobody. */
  readonly since: string
}

export type Calendar =
  | { readonly kind: 'daily'; readonly at: string }
  | { readonly kind: 'expression'; readonly text: string }

export interface InstalledSchedule {
  readonly scheduler: Scheduler['kind']
  /** The files that were written; of a user's crontab the words `crontab:` and the account. */
  readonly files: readonly string[]
  readonly calendar: Calendar
  readonly argv: readonly string[]
  readonly user: string
  /** When it was planned (ISO 8601). */
  readonly since: string
}

/**
 * The machine's own scheduler. Law for every adapter:
 *
 * - What it writes bears a mark that names the domain file. It replaces and removes only what bears that mark;
 *   anything else of that name is refused (`schedule-foreign`, 77) and left as it is.
 * - After a failed `install` nothing new stands: it throws `schedule-failed`, or `schedule-calendar` (64) for an
 *   expression that the scheduler does not understand.
 * - A run that was missed because the machine was off is made up for when it is on again.
 */
export interface Scheduler {
  readonly kind: 'systemd' | 'cron'
  install(job: ScheduledJob): Promise<InstalledSchedule>
  /** What stands, or null. */
  show(): Promise<InstalledSchedule | null>
  /** Returns what was removed; empty where nothing of ours stood. */
  remove(): Promise<readonly string[]>
  /** The times (at most `count`, in order) at which it falls due after `from`; null where that cannot be told. */
  dueAfter(calendar: Calendar, from: Date, count: number): Promise<readonly Date[] | null>
}
