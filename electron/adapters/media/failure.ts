import { fail, ProblemError } from '../../../shared/model/problem.ts'

/** Anything that writing to a medium throws as the medium's problem (12); a problem stays what it is. */
export function mediumFailure(path: string, thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown
  const code = codeOf(thrown)
  if (code === 'ENOSPC' || code === 'EDQUOT') return fail('medium-full', { path }, thrown)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return fail('medium-not-writable', { path, text: code }, thrown)
  return fail('medium-failed', { path, text: code }, thrown)
}

/** Anything that reading an archive throws as its problem (12). */
export function readFailure(path: string, thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown
  const code = codeOf(thrown)
  if (code === 'ENOENT' || code === 'ENOTDIR') return fail('archive-missing', { path }, thrown)
  return fail('archive-unreadable', { path, text: code }, thrown)
}

export function codeOf(thrown: unknown): string {
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code
  return String(thrown)
}
