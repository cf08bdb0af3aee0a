import { type BigIntStats, closeSync, lstatSync, openSync, renameSync } from 'node:fs'
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
 * else removed what was to be moved, or has put something in its way. Going back does without a restored file that is gone: the
 * archive still has it, and the file that it replaced is there.
 */
export function makeMoves(moves: readonly Move[], direction: 'forward' | 'back'): void {
  const next = moves.findIndex((move) => !isDone(move))
  const made = next < 0 ? moves.length : next
  if (direction === 'forward') for (const { from, to } of moves.slice(made)) move(from, to)
  else for (const each of moves.slice(0, made).reverse()) takeBack(each, moves)
}

function takeBack({ from, to, own }: Move, moves: readonly Move[]): void {
  if (own === 'from' && found(to) === null) {
    const former = moves.find((other) => other.own === 'to' && other.from === to)
    const stat = former ? found(former.to) : null
    if (stat !== null && !stat.isDirectory()) {
      standIn(from)
      return
    }
  }
  move(to, from)
}

/** An empty file where a restored one came from, so that after a crash this move is still seen to be taken back. */
function standIn(path: string): void {
  try {
    closeSync(openSync(bytesOf(path), 'wx', 0o600))
    fsyncFolder(bytesOf(dirname(path)))
  } catch (error) {
    throw fail('restore-swap-failed', { from: path, to: path, text: errorText(error) }, error)
  }
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
