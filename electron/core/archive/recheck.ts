import type { ProblemError } from '../../../shared/model/problem.ts'
import { escapeName } from './member-name.ts'
import type { JobContext } from './meter.ts'
import type { ReaderPool } from './reader-pool.ts'
import { sourceProblem } from './source-problem.ts'
import { kindOf, pathOf, recordLength } from './source-record.ts'
import type { Spool } from './spool.ts'
import { walkOrder, walkTree } from './tree-walk.ts'

/**
 * Walks the places again: every member must be as it was and every folder must list the same names, else a service was
 * not down. Throws `archive-source-changed`, `-vanished`, `-appeared` with the file's name; the change of a folder
 * itself is told only when nothing in it says more.
 */
export async function recheck(
  places: readonly Buffer[],
  pool: ReaderPool,
  seen: Spool,
  context: JobContext,
): Promise<void> {
  const before = createRecordStream(seen)
  let folderChanged: ProblemError | null = null
  for await (const { records } of walkTree(places, pool)) {
    context.checkCancelled()
    if (before.take(records)) continue
    for (let at = 0; at < records.length; at += recordLength(records, at)) {
      const now = records.subarray(at, at + recordLength(records, at))
      if (before.take(now)) continue
      const path = pathOf(now, 0)
      const was = before.next()
      if (was === null) throw named('archive-source-appeared', path)
      if (!pathOf(was, 0).equals(path)) throw differentName(pathOf(was, 0), path)
      const changed = named('archive-source-changed', path)
      if (kindOf(now, 0) !== 'directory') throw changed
      folderChanged ??= changed
    }
  }
  const left = before.next()
  if (left !== null) throw named('archive-source-vanished', pathOf(left, 0))
  if (folderChanged !== null) throw folderChanged
}

/** Both lists are in the walk's order, so the name that comes first is the one that the other list lacks. */
function differentName(was: Buffer, now: Buffer): ProblemError {
  const appeared = Buffer.compare(walkOrder(now), walkOrder(was)) < 0
  return named(appeared ? 'archive-source-appeared' : 'archive-source-vanished', appeared ? now : was)
}

function named(
  code: 'archive-source-appeared' | 'archive-source-vanished' | 'archive-source-changed',
  path: Buffer,
): ProblemError {
  return sourceProblem({ code, params: { path: escapeName(path) } })
}

/** The records of a spool from the first to the last. */
export type RecordStream = {
  /** The next record, which holds good until more is asked for; null: there is none. */
  readonly next: () => Buffer | null
  /** Passes over these bytes if they come next, else leaves everything as it is. */
  readonly take: (expected: Buffer) => boolean
}

export function createRecordStream(spool: Spool): RecordStream {
  const pieces = spool.read()
  // Used again and again: what is left of it goes to its beginning, and the next piece behind that.
  let room: Buffer = Buffer.alloc(0)
  let rest = room
  const want = (bytes: number): boolean => {
    while (rest.length < bytes) {
      const { value, done } = pieces.next()
      if (done === true) return false
      const length = rest.length + value.length
      const next = length <= room.length ? room : Buffer.allocUnsafeSlow(2 * length)
      rest.copy(next)
      value.copy(next, rest.length)
      room = next
      rest = next.subarray(0, length)
    }
    return true
  }
  return {
    next: () => {
      if (!want(8)) return null
      const length = recordLength(rest, 0)
      if (!want(length)) throw new Error('the spool ended early')
      const record = rest.subarray(0, length)
      rest = rest.subarray(length)
      return record
    },
    take: (expected) => {
      if (!want(expected.length) || expected.compare(rest, 0, expected.length) !== 0) return false
      rest = rest.subarray(expected.length)
      return true
    },
  }
}
