import type { CommandInput, CommandName, CommandOutput, EventEnvelope } from '../../../shared/contract.ts'
import type { Notice } from '../../../shared/model/notification.ts'

/** Commands that only the shell can carry out, because they are about windows. */
export type ShellCommand = 'window.open' | 'window.close' | 'console.quit' | 'file.choose'
export type ConsoleCommand = Exclude<CommandName, ShellCommand>

export type ConsoleHandlers = {
  readonly [Name in ConsoleCommand]: (input: CommandInput<Name>) => Promise<CommandOutput<Name>>
}

/**
 * The console behind its windows: the state that every window shows, the session, 排他 and the runs. It knows no
 * window. Closing a window or killing a renderer ends nothing here.
 */
export interface Console {
  readonly handlers: ConsoleHandlers
  /** Every change of the snapshot, in order, revisions growing by one. Returns the way to stop listening. */
  subscribe(listener: (event: EventEnvelope) => void): () => void
  /** What people are told of this console's runs, where the domain file wants it on the desktop. Returns the way to stop. */
  onNotice(listener: (notice: Notice) => void): () => void
  /** Whether a run would be left in the middle if the console ended now. */
  readonly running: () => boolean
  /** The window that showed the バックアップ dialog is gone: ends 排他 if the dialog held it. Idempotent. */
  dialogGone(): Promise<void>
  /** Cancels a run that has not ended, with its services back up; ends 排他 and the session. Stops no server. Idempotent. */
  close(): Promise<void>
}
