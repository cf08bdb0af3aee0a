import { type MessagePort, Worker } from 'node:worker_threads'
import { assertNever } from '../../../shared/model/assert-never.ts'
import { fail, ProblemError } from '../../../shared/model/problem.ts'
import type { Progress } from '../../../shared/model/progress.ts'
import { orCancelled } from '../ports/left-behind.ts'
import { unlocked } from './archive-source.ts'
import type { ForeignEntry } from './extract/list-foreign-file.ts'
import { CANCEL, JOB_WORDS, TAKEN } from './output.ts'
import type { WorkerMessage, WorkerResults, WorkerStart, WorkerTask } from './worker-job.ts'

/** What a job allocates is short-lived: room for more would fill up before it is collected, and stay. */
const YOUNG_MB = 6

/** How a caller follows and ends a job. `workerPath`: the built worker file, handed in by the root. */
export type JobOptions = {
  readonly workerPath: string
  readonly signal?: AbortSignal | undefined
  /** At most about ten calls a second, the last one never dropped. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Takes every member that a verification found to differ (escaped), some at a time, before the problem is thrown. */
  readonly onDiffering?: ((members: readonly string[]) => void) | undefined
  /** Takes what an archive of another program holds, some at a time, in the archive's order. */
  readonly onEntries?: ((entries: readonly ForeignEntry[]) => void) | undefined
  /** Takes the archive's bytes of a `stream` output, in order, one piece after the other. */
  readonly onOutput?: ((bytes: Uint8Array) => Promise<void>) | undefined
  /** Told when a cancelled thread does not end because a disk does not answer; `gone` resolves should it end after all. */
  readonly onLeft?: ((gone: Promise<void>) => void) | undefined
}

/**
 * Runs a task in a thread of its own and settles once that thread is gone, so that nothing of it is written later; but
 * one that a cancel does not end within half a second is left behind: it writes no more than what it is about to.
 * Rejects with the task's problem, what `onOutput` rejected with, `cancelled`, or `archive-worker-died`.
 */
export async function inWorker<Kind extends WorkerTask['kind']>(
  task: Extract<WorkerTask, { readonly kind: Kind }>,
  options: JobOptions,
): Promise<WorkerResults[Kind]> {
  if (options.signal?.aborted === true) throw fail('cancelled')
  const shared = new SharedArrayBuffer(4 * JOB_WORDS)
  const words = new Int32Array(shared)
  const ready =
    'source' in task && task.source.unlock === undefined
      ? { ...task, source: await orCancelled(unlocked(task.source), options.signal) }
      : task
  const start: WorkerStart = { task: ready, words: shared }
  const onAbort = () => {
    Atomics.store(words, CANCEL, 1)
  }
  options.signal?.addEventListener('abort', onAbort)
  try {
    const worker = new Worker(options.workerPath, {
      workerData: start,
      transferList: portsOf(task),
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    const result = await orCancelled(outcome(worker, words, options), options.signal, (late) => {
      worker.unref()
      const gone = () => undefined
      options.onLeft?.(late.then(gone, gone))
    })
    return result as WorkerResults[Kind]
  } finally {
    options.signal?.removeEventListener('abort', onAbort)
  }
}

/** A port is not copied to the thread that uses it, it goes there. */
function portsOf(task: WorkerTask): MessagePort[] {
  return 'source' in task && task.source.kind === 'remote' ? [task.source.port] : []
}

function outcome(
  worker: Worker,
  words: Int32Array,
  { onProgress, onDiffering, onEntries, onOutput, signal }: JobOptions,
): Promise<WorkerResults[WorkerTask['kind']]> {
  return new Promise((resolve, reject) => {
    let end: (() => void) | null = null
    let died: unknown = null
    let refused: { readonly thrown: unknown } | null = null
    let written: Promise<void> = Promise.resolve()
    const take = async (bytes: Uint8Array) => {
      if (refused !== null || signal?.aborted === true) return
      try {
        await onOutput?.(bytes)
        Atomics.add(words, TAKEN, 1)
        Atomics.notify(words, TAKEN)
      } catch (thrown) {
        refused = { thrown }
        Atomics.store(words, CANCEL, 1)
      }
    }
    worker.on('message', (message: WorkerMessage) => {
      switch (message.kind) {
        case 'progress':
          onProgress?.(message.progress)
          return
        case 'differing':
          onDiffering?.(message.members)
          return
        case 'entries':
          onEntries?.(message.entries)
          return
        case 'output':
          written = written.then(() => take(message.bytes))
          return
        case 'done':
          end = () => resolve(message.result)
          return
        case 'failed':
          end = () => reject(new ProblemError(message.problem))
          return
        default:
          assertNever(message)
      }
    })
    worker.on('error', (error) => {
      died = error
    })
    worker.on('exit', async (code) => {
      await written
      if (refused !== null && signal?.aborted !== true) reject(refused.thrown)
      else if (end !== null) end()
      else reject(fail('archive-worker-died', { text: died instanceof Error ? died.message : `exit ${code}` }, died))
    })
  })
}
