import { type BigIntStats, lstatSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { fail } from '../../../shared/model/problem.ts'
import { fsyncFolder } from '../../formats/durable-file.ts'
import type { Move } from '../../formats/restore-record.ts'
import { errorText } from '../../formats/settings-error.ts'
import { unescapeName } from '../archive/member-name.ts'

/** A path of a restore's record as the bytes that the system knows it by. */
export function bytesOf(path: string): Buffer {
  return unescapeName(path)
}

/** What stands at a path of a restore's record, symbolic links not followed; null where nothing does. */
export function found(path: string): BigIntStats | null {
  return lstatSync(bytesOf(path), { bigint: true, throwIfNoEntry: false }) ?? null
}

function isDone({ from, to, own }: Move): boolean {
  return own === 'to' ? found(to) !== null : found(from) === null
}

/**
 * Makes what is left of the moves after a crash at any moment, or takes back what was made: they are made in order, each durable
 * before the next, so that what was made is always a prefix. Throws `restore-swap-failed`, and `restore-interfered` where someone
 * else removed what was to be moved, or has put something in its way.
 */
export function makeMoves(moves: readonly Move[], direction: 'forward' | 'back'): void {
  const next = moves.findIndex((move) => !isDone(move))
  const made = next < 0 ? moves.length : next
  if (direction === 'forward') for (const { from, to } of moves.slice(made)) move(from, to)
  else for (const { from, to } of moves.slice(0, made).reverse()) move(to, from)
}

function move(from: string, to: string): void {
  if (found(from) === null) throw fail('restore-interfered', { path: from })
  // A rename would silently take the place of a file that someone has put there meanwhile.
  if (found(to) !== null) throw fail('restore-interfered', { path: to })
  try {
    renameSync(bytesOf(from), bytesOf(to))
    for (const folder of new Set([dirname(to), dirname(from)])) fsyncFolder(bytesOf(folder))
  } catch (error) {
    throw fail('restore-swap-failed', { from, to, text: errorText(error) }, error)
  }
}
