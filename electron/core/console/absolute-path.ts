import { isAbsolute } from 'node:path'
import { fail } from '../../../shared/model/problem.ts'

/** A path as a window gives it. Throws `path-relative` (64): what it would be relative to, no operator chose. */
export function absolutePath(path: string): string {
  if (!isAbsolute(path)) throw fail('path-relative', { path })
  return path
}
