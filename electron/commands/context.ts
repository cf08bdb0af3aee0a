import type { Language } from '../../shared/model/language.ts'
import type { Engine } from '../core/engine.ts'
import type { Log } from '../core/ports/log.ts'
import type { Medium } from '../core/ports/medium.ts'

/** What the root hands to every verb; a verb reads neither environment nor clock nor argv itself. */
export interface CommandContext {
  readonly language: Language
  /** The caller's folder: relative paths count from it. */
  readonly cwd: string
  readonly stdin: NodeJS.ReadableStream
  /** Whether a person can be asked. */
  readonly interactive: boolean
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** Whether stderr is a terminal, so that progress may be redrawn on one line. */
  readonly stderrIsTerminal: boolean
  /** Aborts with a `ProblemError` when the command is interrupted (130) or terminated (143). */
  readonly signal: AbortSignal
  /** Where the sample domain lies unless told otherwise. */
  readonly sampleRoot: string
  readonly workerPath: string
  readonly version: string
  /** Of the account that this process runs under. */
  readonly uid: number
  /** Which domain file is meant, in the order of ARCHITECTURE, "The domain file"; throws `no-sample` (78). */
  domainFile(given: string | undefined): string
  compose(file: string): Engine
  /** Every medium, for what reads archives without a domain. */
  media(): Medium
  /** Aborts `signal` with `timed-out` after so many seconds. */
  abortAfter(seconds: number): void
  /** From here on only what is at least as severe is logged. */
  setLogLevel(level: LogLevel): void
  /** A record for whoever looks into a failure later. */
  readonly log: Log
  /** The words that call this program anew, from any folder, and what its environment needs for that. */
  readonly program: { readonly program: readonly string[]; readonly environment: Readonly<Record<string, string>> }
  /** Runs another program with this one's outputs; resolves with its exit code. */
  runProgram(argv: readonly string[]): Promise<number>
  /** An account's name by its number, and the other way round; null where there is none. */
  userOf(uid: number): string | null
  uidOf(user: string): number | null
  initSample(options: SampleOptions): Promise<string>
  /** Throws `sample-marker-missing` (64) where that is no sample domain. */
  assertSample(root: string): void
  destroySample(root: string): void
}

/** What of the log on standard error is wanted, the most severe first; a problem that ends the command is always said. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]

export interface SampleOptions {
  readonly root: string
  readonly users: number
  readonly mails: number
  readonly masterJournal: boolean
}

/** The options that every verb takes. */
export interface CommonOptions {
  readonly config?: string
  readonly json?: boolean
  readonly yes?: boolean
  /** Seconds. */
  readonly timeout?: string
  readonly logLevel?: string
}

/** What a verb ends with: its exit code, and facts that `--json` adds to the result object. */
export interface CommandResult {
  readonly exitCode: number
  readonly facts?: Readonly<Record<string, unknown>>
}
