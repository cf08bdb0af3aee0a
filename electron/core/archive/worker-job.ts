import { assertNever } from '../../../shared/model/assert-never.ts'
import type { Problem } from '../../../shared/model/problem.ts'
import { ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import type { Progress } from '../../../shared/model/progress.ts'
import type { SourcePlan } from './archive-source.ts'
import { type CopiedBytes, type CopyJob, copyBytes, type DigestJob, digestOf } from './copy-bytes.ts'
import { type Extracted, type ExtractJob, extractArchiveFile } from './extract/extract-job.ts'
import {
  type ForeignEntry,
  type ForeignListed,
  type ForeignListJob,
  listForeignFile,
} from './extract/list-foreign-file.ts'
import type { JobContext } from './meter.ts'
import { CANCEL, type OutputLink } from './output.ts'
import { type Measure, measureTree } from './scan.ts'
import { type VerifiedArchive, verifyArchiveFile } from './verify-file.ts'
import { type WriteJob, type WrittenArchive, writeArchive } from './write-file.ts'

/** What a worker thread is started with. */
export type WorkerTask =
  | ({ readonly kind: 'write' } & WriteJob)
  | { readonly kind: 'verify'; readonly source: SourcePlan }
  | ({ readonly kind: 'extract' } & ExtractJob)
  | { readonly kind: 'measure'; readonly targets: readonly string[] }
  | ({ readonly kind: 'copy' } & CopyJob)
  | ({ readonly kind: 'digest' } & DigestJob)
  | ({ readonly kind: 'list-foreign' } & ForeignListJob)

export type WorkerResults = {
  readonly write: WrittenArchive
  readonly verify: VerifiedArchive
  readonly extract: Extracted
  readonly measure: Measure
  readonly copy: CopiedBytes
  readonly digest: string
  readonly 'list-foreign': ForeignListed
}

/** `words`: see `CANCEL` and `TAKEN`; shared because a thread that reads takes no messages. */
export type WorkerStart = { readonly task: WorkerTask; readonly words: SharedArrayBuffer }

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'differing'; readonly members: readonly string[] }
  | { readonly kind: 'entries'; readonly entries: readonly ForeignEntry[] }
  | { readonly kind: 'output'; readonly bytes: Uint8Array }
  | { readonly kind: 'done'; readonly result: WorkerResults[WorkerTask['kind']] }
  | { readonly kind: 'failed'; readonly problem: Problem }

/** The worker thread's whole life: does the task, and posts progress and then the outcome. Never rejects. */
export async function runWorkerTask(
  start: WorkerStart,
  now: () => number,
  post: (message: WorkerMessage) => void,
  readerPath?: string,
): Promise<void> {
  const words = new Int32Array(start.words)
  const link: OutputLink = { words, send: (bytes) => post({ kind: 'output', bytes }) }
  const context: JobContext = {
    now,
    checkCancelled: () => {
      if (Atomics.load(words, CANCEL) !== 0) throw new ProblemError(problem('cancelled'))
    },
    onProgress: (progress) => post({ kind: 'progress', progress }),
    onDiffering: (members) => post({ kind: 'differing', members }),
    onEntries: (entries) => post({ kind: 'entries', entries }),
    readerPath,
  }
  try {
    post({ kind: 'done', result: await perform(start.task, context, link) })
  } catch (thrown) {
    post({ kind: 'failed', problem: toProblem(thrown) })
  }
}

async function perform(
  task: WorkerTask,
  context: JobContext,
  link: OutputLink,
): Promise<WorkerResults[WorkerTask['kind']]> {
  switch (task.kind) {
    case 'write':
      return writeArchive(task, context, link)
    case 'verify':
      return verifyArchiveFile(task.source, context)
    case 'extract':
      return extractArchiveFile(task, context)
    case 'measure':
      return measureTree(task.targets, context)
    case 'copy':
      return copyBytes(task, context, link)
    case 'digest':
      return digestOf(task, context)
    case 'list-foreign':
      return listForeignFile(task, context)
    default:
      return assertNever(task)
  }
}
