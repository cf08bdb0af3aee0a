import { escapeName } from './member-name.ts'
import { createMeter, type JobContext } from './meter.ts'
import { createReaderPool, type ReaderPool } from './reader-pool.ts'
import { gidOf, identityOf, kindOf, linksOf, pathOf, recordLength, sizeOf, uidOf } from './source-record.ts'
import { placesToWalk, walkTree } from './tree-walk.ts'

/** What the targets hold. */
export type Measure = {
  /** Of file content, a file with several names counted once. */
  readonly bytes: number
  /** Without the archive's own. */
  readonly members: number
  /**
   * A guess at the archive's size, for the look at free space before anything is stopped: half of the content and some
   * for each name (own decision: mail and databases compress better, and a medium short of even this is refused).
   */
  readonly expectedBytes: number
}

export type Scan = Measure & {
  /** Sockets, as escaped absolute paths. */
  readonly sockets: readonly string[]
  readonly uids: ReadonlySet<number>
  readonly gids: ReadonlySet<number>
}

/** From so many members on, or bytes, threads are worth their start. */
const MUCH_MEMBERS = 2000
const MUCH_BYTES = 16 * 1024 * 1024

/** Counts what an archive of these targets will read. Throws `archive-target-missing`, `archive-source-*`. */
export async function measureTree(targets: readonly string[], context: JobContext): Promise<Measure> {
  const pool = createReaderPool(context.readerPath)
  try {
    const { bytes, members, expectedBytes } = await scanTree(placesToWalk(targets), pool, context, () => undefined)
    return { bytes, members, expectedBytes }
  } finally {
    await pool.close()
  }
}

/** Hands the records of everything in and below the places to `take`, in the walk's order, and counts. */
export async function scanTree(
  places: readonly Buffer[],
  pool: ReaderPool,
  context: JobContext,
  take: (records: Buffer) => void,
): Promise<Scan> {
  const meter = createMeter(context, { phase: 'scan', bytesTotal: 0, membersTotal: 0 })
  const linked = new Set<string>()
  const uids = new Set<number>()
  const gids = new Set<number>()
  const sockets: string[] = []
  let bytes = 0
  let members = 0
  for await (const run of walkTree(places, pool)) {
    context.checkCancelled()
    const { records } = run
    sockets.push(...run.sockets)
    take(records)
    let last = 0
    for (let at = 0; at < records.length; at += recordLength(records, at)) {
      last = at
      members += 1
      uids.add(uidOf(records, at))
      gids.add(gidOf(records, at))
      if (kindOf(records, at) !== 'file') continue
      if (linksOf(records, at) > 1) {
        const identity = identityOf(records, at)
        if (linked.has(identity)) continue
        linked.add(identity)
      }
      bytes += sizeOf(records, at)
    }
    if (records.length > 0) meter.current(escapeName(pathOf(records, last)))
    meter.members(members)
    if (members > MUCH_MEMBERS || bytes > MUCH_BYTES) pool.expectMuch()
  }
  meter.finish()
  return { bytes, members, expectedBytes: Math.ceil(bytes / 2) + members * 64, sockets, uids, gids }
}
