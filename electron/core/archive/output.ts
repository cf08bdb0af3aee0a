import { writeSync } from 'node:fs'
import { fail, type ProblemError } from '../../../shared/model/problem.ts'

/** Writes all of `bytes` at the file's position, however short single writes are. Throws `medium-full`, `medium-failed`. */
export function writeAll(fd: number, bytes: Buffer, path: string): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at)
  } catch (thrown) {
    throw mediumFailure(path, thrown)
  }
}

function mediumFailure(path: string, thrown: unknown): ProblemError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)
  if (code === 'ENOSPC' || code === 'EDQUOT') return fail('medium-full', { path }, thrown)
  return fail('medium-failed', { path, text: code }, thrown)
}
