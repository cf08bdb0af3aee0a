import type { Progress } from '../../../shared/model/progress.ts'
import type { ForeignEntry } from './extract/list-foreign-file.ts'

const EVERY_MS = 100
const SAMPLE_MS = 500
const SAMPLES = 10

/** What an archive job runs with. `now`: milliseconds on a clock that only goes forward. */
export type JobContext = {
  readonly now: () => number
  /** Throws the problem `cancelled` once the job is to end. */
  readonly checkCancelled: () => void
  readonly onProgress: (progress: Progress) => void
  /** Takes the members that a verification found to differ, some at a time, all of them, in the archive's order. */
  readonly onDiffering?: ((members: readonly string[]) => void) | undefined
  /** Takes what an archive of another program holds, some at a time, all of it, in the archive's order. */
  readonly onEntries?: ((entries: readonly ForeignEntry[]) => void) | undefined
  /** The built file of a reader's thread (`archive-reader.ts`); without it the job's own thread reads everything. */
  readonly readerPath?: string | undefined
}

export type Meter = {
  readonly bytes: (count: number) => void
  /** So many members are done in all. */
  readonly members: (done: number) => void
  /** What is being worked on from now on: escaped. */
  readonly current: (name: string | null) => void
  /** The last message, never dropped. */
  readonly finish: () => void
}

type Total = Pick<Progress, 'phase' | 'bytesTotal' | 'membersTotal'>

/** Counts, and tells at most ten times a second. The rate is that of the last five seconds. */
export function createMeter(context: JobContext, total: Total): Meter {
  let bytesDone = 0
  let membersDone = 0
  let name: string | null = null
  let told = Number.NEGATIVE_INFINITY
  const samples = [{ at: context.now(), bytes: 0 }]

  const rate = (at: number): number | null => {
    const first = samples[0]
    if (first === undefined || at - first.at < SAMPLE_MS) return null
    return ((bytesDone - first.bytes) * 1000) / (at - first.at)
  }
  const tell = (at: number) => {
    told = at
    const last = samples.at(-1)
    if (last === undefined || at - last.at >= SAMPLE_MS) samples.push({ at, bytes: bytesDone })
    if (samples.length > SAMPLES + 1) samples.shift()
    const speed = rate(at)
    const left = Math.max(total.bytesTotal - bytesDone, 0)
    context.onProgress({
      ...total,
      bytesDone,
      membersDone,
      rate: speed,
      remainingMs: speed === null || speed <= 0 ? null : Math.round((left * 1000) / speed),
      current: name,
    })
  }
  const maybeTell = () => {
    const at = context.now()
    if (at - told >= EVERY_MS) tell(at)
  }
  return {
    bytes: (count) => {
      bytesDone += count
      maybeTell()
    },
    members: (done) => {
      membersDone = done
      maybeTell()
    },
    current: (given) => {
      name = given
    },
    finish: () => tell(context.now()),
  }
}
