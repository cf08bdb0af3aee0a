import { escapeName } from './member-name.ts'

/** Why a source cannot be kept, with what its `Problem` is filled with. */
export type SourceFailure = {
  readonly code:
    | 'archive-source-changed'
    | 'archive-source-vanished'
    | 'archive-source-unreadable'
    | 'archive-source-kind'
    | 'cancelled'
  readonly params: Readonly<Record<string, string>>
}

/**
 * What the reading side throws. The table of problems would cost each reader thread tens of milliseconds to load, so
 * the thread that gathers what they read makes the `Problem` of it.
 */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly failure: SourceFailure

  constructor(failure: SourceFailure, cause?: unknown) {
    super(failure.code, { cause })
    this.failure = failure
  }
}

export function changed(path: Buffer): SourceError {
  return new SourceError({ code: 'archive-source-changed', params: { path: escapeName(path) } })
}

/** Calls a file system function on a source; what prevents it is a failure that names the file. */
export function reading<Value>(path: Buffer, act: (path: Buffer) => Value): Value {
  try {
    return act(path)
  } catch (thrown) {
    throw failureOf(path, thrown)
  }
}

/** What prevented the reading of a source, with its name. */
export function failureOf(path: Buffer, thrown: unknown): SourceError {
  if (thrown instanceof SourceError) return thrown
  const code = codeOf(thrown)
  const params = { path: escapeName(path) }
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new SourceError({ code: 'archive-source-vanished', params }, thrown)
  if (code === 'ELOOP' || code === 'ENODATA') return new SourceError({ code: 'archive-source-changed', params }, thrown)
  return new SourceError({ code: 'archive-source-unreadable', params: { ...params, text: code } }, thrown)
}

export function codeOf(thrown: unknown): string {
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code
  return String(thrown)
}
