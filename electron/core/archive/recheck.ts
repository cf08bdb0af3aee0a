import { fail, type ProblemError } from '../../../shared/model/problem.ts'
import { escapeName } from './member-name.ts'
import type { JobContext } from './meter.ts'
import { FINGERPRINT_BYTES, fingerprint, kindOf } from './source.ts'
import type { Spool } from './spool.ts'
import { type Found, walk, walkOrder } from './walk.ts'

/** Remembers what a member was when it was read, for `recheck`. */
export function remember(spool: Spool, found: Found): void {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(found.path.length)
  spool.append(Buffer.concat([head, fingerprint(found.stat), found.path]))
}

/**
 * Walks the places again: every member must be as it was and every folder must list the same names, else a service was
 * not down. Throws `archive-source-changed`, `-vanished`, `-appeared` with the file's name; the change of a folder
 * itself is told only when nothing in it says more.
 */
export function recheck(places: readonly Buffer[], spool: Spool, context: JobContext): void {
  const before = records(spool)
  let folderChanged: ProblemError | null = null
  for (const found of walk(places)) {
    context.checkCancelled()
    if (kindOf(found) === 'socket') continue
    const was = before.next()
    if (was.done === true) throw named('archive-source-appeared', found.path)
    if (!was.value.path.equals(found.path)) throw differentName(was.value.path, found.path)
    if (was.value.fingerprint.equals(fingerprint(found.stat))) continue
    const changed = fail('archive-source-changed', { path: escapeName(found.path) })
    if (!found.stat.isDirectory()) throw changed
    folderChanged ??= changed
  }
  const left = before.next()
  if (left.done !== true) throw named('archive-source-vanished', left.value.path)
  if (folderChanged !== null) throw folderChanged
}

/** Both lists are in the walk's order, so the name that comes first is the one that the other list lacks. */
function differentName(was: Buffer, now: Buffer): ProblemError {
  const appeared = Buffer.compare(walkOrder(now), walkOrder(was)) < 0
  return named(appeared ? 'archive-source-appeared' : 'archive-source-vanished', appeared ? now : was)
}

function named(code: 'archive-source-appeared' | 'archive-source-vanished', path: Buffer): ProblemError {
  return fail(code, { path: escapeName(path) })
}

function* records(spool: Spool): Generator<{ readonly path: Buffer; readonly fingerprint: Buffer }> {
  let rest: Buffer = Buffer.alloc(0)
  for (const piece of spool.read()) {
    rest = Buffer.concat([rest, piece])
    let at = 0
    while (rest.length - at >= 4 + FINGERPRINT_BYTES) {
      const length = rest.readUInt32LE(at)
      const pathAt = at + 4 + FINGERPRINT_BYTES
      if (rest.length < pathAt + length) break
      yield { fingerprint: rest.subarray(at + 4, pathAt), path: rest.subarray(pathAt, pathAt + length) }
      at = pathAt + length
    }
    rest = Buffer.from(rest.subarray(at))
  }
}
