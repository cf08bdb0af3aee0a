import type { Notice } from '../../../shared/model/notification.ts'
import type { Problem } from '../../../shared/model/problem.ts'

/**
 * One way to tell people. Law for every adapter: `send` resolves once the other side took the notice, and throws
 * `notify-failed` where it did not, or when `signal` aborts; it waits no longer than `signal`. It is told at most once a
 * notice and never tries again. No secret appears in an argument, a log or a problem.
 */
export interface Notifier {
  /** For the log: `mail` or `command`. */
  readonly channel: string
  send(notice: Notice, signal: AbortSignal): Promise<void>
  /** What can be seen now, without sending, that would keep a notice from arriving: a file that is gone, say. Never throws. */
  obstacle(): Problem | null
}
