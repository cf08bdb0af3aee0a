import { constants } from 'node:os'
import { fail, ProblemError } from '../../../shared/model/problem.ts'

/** Anything that writing to a medium throws as the medium's problem (12); a problem stays what it is. */
export function mediumFailure(path: string, thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown
  const code = codeOf(thrown)
  if (code === 'ENOSPC' || code === 'EDQUOT') return fail('medium-full', { path }, thrown)
  if (code === 'EFBIG') return fail('medium-file-too-large', { path }, thrown)
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

/** A write that took nothing, and gave no reason, will take nothing the next time either. */
export function tookNothing(): NodeJS.ErrnoException {
  return Object.assign(new Error('a write took nothing'), { code: 'EIO' })
}

/** The system's name of an error (`EIO`); libuv has no name for some (`EDQUOT`, `EREMOTEIO`), but gives their number. */
export function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string')) return String(thrown)
  if (/^E[A-Z0-9]+$/.test(thrown.code) || !('errno' in thrown)) return thrown.code
  const { errno } = thrown
  const found = Object.entries(constants.errno).find(([, number]) => number === -Number(errno))
  return found?.[0] ?? thrown.code
}
