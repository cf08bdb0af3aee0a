/** What happened, as the fields of one line; `event` names it. Never holds a secret. */
export type LogRecord = {
  readonly event: string
  /** `info` unless said otherwise. */
  readonly level?: 'error' | 'warn' | 'info' | 'debug'
  readonly [field: string]: unknown
}

/** A program's own log, for whoever looks into a failure later. */
export type Log = (record: LogRecord) => void
