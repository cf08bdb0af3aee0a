import { createMeter, type JobContext } from './meter.ts'
import { kindOf } from './source.ts'
import { placesToWalk, walk } from './walk.ts'

/** What the targets hold: bytes of file content (a file with several names once), and members without the archive's own. */
export type Measure = { readonly bytes: number; readonly members: number }

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
  return { bytes, members }
}

/**
 * A guess at an archive's size, for the look at free space before anything is stopped: half of the content and some for
 * each name (own decision; mail and database files compress better, and a medium that is short of even this is refused).
 */
export function expectedArchiveBytes({ bytes, members }: Measure): number {
  return Math.ceil(bytes / 2) + members * 64
}
