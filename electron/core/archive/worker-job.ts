import { assertNever } from '../../../shared/model/assert-never.ts'
import type { Problem } from '../../../shared/model/problem.ts'
import { ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import type { Progress } from '../../../shared/model/progress.ts'
import type { JobContext } from './meter.ts'
import { type Measure, scanTargets } from './scan.ts'
import { type VerifiedArchive, verifyArchiveFile } from './verify-file.ts'
import { type WriteJob, type WrittenArchive, writeArchive } from './write-file.ts'

/** What a worker thread is started with. */
export type WorkerTask =
  | ({ readonly kind: 'write' } & WriteJob)
  | { readonly kind: 'verify'; readonly path: string }
  | { readonly kind: 'measure'; readonly targets: readonly string[] }

export type WorkerResults = {
  readonly write: WrittenArchive
  readonly verify: VerifiedArchive
  readonly measure: Measure
}

/** `cancel`: one 32-bit word, anything but 0 means "end now"; shared because a thread that reads takes no messages. */
export type WorkerStart = { readonly task: WorkerTask; readonly cancel: SharedArrayBuffer }

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly result: WorkerResults[WorkerTask['kind']] }
  | { readonly kind: 'failed'; readonly problem: Problem }

/** The worker thread's whole life: does the task, and posts progress and then the outcome. Never rejects. */
export async function runWorkerTask(
  start: WorkerStart,
  now: () => number,
  post: (message: WorkerMessage) => void,
): Promise<void> {
  const flag = new Int32Array(start.cancel)
  const context: JobContext = {
    now,
    checkCancelled: () => {
      if (Atomics.load(flag, 0) !== 0) throw new ProblemError(problem('cancelled'))
    },
    onProgress: (progress) => post({ kind: 'progress', progress }),
  }
  try {
    post({ kind: 'done', result: await perform(start.task, context) })
  } catch (thrown) {
    post({ kind: 'failed', problem: toProblem(thrown) })
  }
}

async function perform(task: WorkerTask, context: JobContext): Promise<WorkerResults[WorkerTask['kind']]> {
  switch (task.kind) {
    case 'write':
      return writeArchive(task, context)
    case 'verify':
      return verifyArchiveFile(task.path, context)
    case 'measure':
      return scanTargets(task.targets, context)
    default:
      return assertNever(task)
  }
}
