import { FRAME_BYTES } from './codec.ts'
import { memberName } from './read-members.ts'
import type { RecordStream } from './recheck.ts'
import { identityOf, kindOf, linksOf, pathOf, sizeOf, withLink } from './source-record.ts'
import { BLOCK, padding } from './tar-header.ts'

/** Members of one job at most. */
const MEMBERS = 1000
/** Header blocks of a usual member: extended header with the nanoseconds, its one block, the header. */
const USUAL_HEADER = 3 * BLOCK
/** A longer name stands in the extended header too. */
const SHORT_NAME = 100

/**
 * Cuts the records into jobs for the readers: as many members as one frame is expected to take, or one larger file. It
 * depends on the records alone, so that equal trees give equal frames. A file's second name becomes a hard link to the
 * first. Gives null at the end.
 */
export function createBatches(stream: RecordStream): () => Buffer | null {
  const linked = new Map<string, Buffer>()
  let held: { readonly record: Buffer; readonly bytes: number } | null = null

  const prepare = (found: Buffer): { readonly record: Buffer; readonly bytes: number } => {
    const path = pathOf(found, 0)
    const isFile = kindOf(found, 0) === 'file'
    const names = path.length > SHORT_NAME ? path.length + BLOCK : 0
    if (isFile && linksOf(found, 0) > 1) {
      const identity = identityOf(found, 0)
      const link = linked.get(identity)
      if (link !== undefined)
        return { record: withLink(found, link), bytes: USUAL_HEADER + names + link.length + BLOCK }
      linked.set(identity, Buffer.from(memberName(path)))
    }
    const size = isFile ? sizeOf(found, 0) : 0
    return { record: Buffer.from(found), bytes: USUAL_HEADER + names + size + padding(size) }
  }
  return () => {
    const records: Buffer[] = []
    let bytes = 0
    for (;;) {
      let next = held
      held = null
      if (next === null) {
        const found = stream.next()
        if (found === null) break
        next = prepare(found)
      }
      // A large file ends a job that is begun: a frame of its own for a few names before it would be waste.
      const large = next.bytes > FRAME_BYTES
      if (records.length > 0 && !large && (bytes + next.bytes > FRAME_BYTES || records.length === MEMBERS)) {
        held = next
        break
      }
      records.push(next.record)
      bytes += next.bytes
      if (large) break
    }
    return records.length === 0 ? null : Buffer.concat(records)
  }
}
