import { createMeter, type JobContext } from './meter.ts'
import { kindOf } from './source.ts'
import { placesToWalk, walk } from './walk.ts'

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

/** Counts what an archive of these targets will read. Throws `archive-target-missing`, `archive-source-*`. */
export function scanTargets(targets: readonly string[], context: JobContext): Measure {
  const meter = createMeter(context, { phase: 'scan', bytesTotal: 0, membersTotal: 0 })
  const linked = new Set<string>()
  let bytes = 0
  let members = 0
  for (const found of walk(placesToWalk(targets))) {
    context.checkCancelled()
    const kind = kindOf(found)
    if (kind === 'socket') continue
    meter.current(found.path)
    members += 1
    meter.member()
    if (kind !== 'file') continue
    if (found.stat.nlink > 1n) {
      const identity = `${found.stat.dev}:${found.stat.ino}`
      if (linked.has(identity)) continue
      linked.add(identity)
    }
    bytes += Number(found.stat.size)
  }
  meter.finish()
  return { bytes, members, expectedBytes: Math.ceil(bytes / 2) + members * 64 }
}
