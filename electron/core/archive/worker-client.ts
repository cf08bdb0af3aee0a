import { Worker } from 'node:worker_threads'
import { assertNever } from '../../../shared/model/assert-never.ts'
import { fail, ProblemError } from '../../../shared/model/problem.ts'
import type { Progress } from '../../../shared/model/progress.ts'
import type { WorkerMessage, WorkerResults, WorkerStart, WorkerTask } from './worker-job.ts'

/** How a caller follows and ends a job. `workerPath`: the built worker file, handed in by the root. */
export type JobOptions = {
  readonly workerPath: string
  readonly signal?: AbortSignal | undefined
  /** At most about ten calls a second, the last one never dropped. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/**
 * Runs a task in a thread of its own and settles once that thread is gone, so that nothing of it is written later.
 * Rejects with the task's problem, `cancelled`, or `archive-worker-died`.
 */
export async function inWorker<Kind extends WorkerTask['kind']>(
  task: Extract<WorkerTask, { readonly kind: Kind }>,
  options: JobOptions,
): Promise<WorkerResults[Kind]> {
  if (options.signal?.aborted === true) throw fail('cancelled')
  const cancel = new SharedArrayBuffer(4)
  const start: WorkerStart = { task, cancel }
  const onAbort = () => {
    Atomics.store(new Int32Array(cancel), 0, 1)
  }
  options.signal?.addEventListener('abort', onAbort)
  try {
    return (await outcome(new Worker(options.workerPath, { workerData: start }), options)) as WorkerResults[Kind]
  } finally {
    options.signal?.removeEventListener('abort', onAbort)
  }
}

function outcome(worker: Worker, { onProgress }: JobOptions): Promise<WorkerResults[WorkerTask['kind']]> {
  return new Promise((resolve, reject) => {
    let end: (() => void) | null = null
    let died: unknown = null
    worker.on('message', (message: WorkerMessage) => {
      switch (message.kind) {
        case 'progress':
          onProgress?.(message.progress)
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
    worker.on('exit', (code) => {
      if (end !== null) end()
      else reject(fail('archive-worker-died', { text: died instanceof Error ? died.message : `exit ${code}` }, died))
    })
  })
}
