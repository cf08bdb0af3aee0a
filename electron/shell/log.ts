/** What happened, as the fields of one JSON line; `event` names it. */
export type LogRecord = { readonly event: string; readonly [field: string]: unknown }
export type Log = (record: LogRecord) => void

/** A log that writes JSON Lines, each with its time (ISO 8601, UTC). */
export function jsonLog(write: (line: string) => void, now: () => Date): Log {
  return (record) => write(`${JSON.stringify({ time: now().toISOString(), ...record })}\n`)
}
