import { setImmediate } from 'node:timers/promises'
import { fail } from '../../../shared/model/problem.ts'
import { startOwnThread } from './own-thread.ts'
import { alone, createReader, type ReaderAnswer, type ReaderRequest, type ReaderStart } from './reader.ts'
import { sourceProblem } from './source-problem.ts'

const YOUNG_MB = 4
/** Far above what a job takes, whose text is no more than fits into a frame; what is left of jobs that are done is collected all the sooner. */
const OLD_MB = 32

export type Asked = Exclude<ReaderAnswer, { readonly kind: 'failed' }>

/** Answers in the order in which it is asked; rejects with a `Problem`. */
export type Reader = {
  readonly ask: (request: ReaderRequest) => Promise<Asked>
  readonly end: () => Promise<void>
}

/** A reader that is the calling thread itself. */
export function inlineReader(start: ReaderStart): Reader {
  const read = createReader(start)
  return {
    ask: async (request) => {
      await setImmediate()
      return unlessFailure(read(request))
    },
    end: async () => undefined,
  }
}

/** A reader in a thread of its own. `fallen` is told when that ends. */
export function threadReader(readerPath: string, start: ReaderStart, fallen: (thrown: unknown) => void): Reader {
  // What a reader allocates is short-lived; room for more would only stay unused in every one of them.
  const waiting: ((answer: ReaderAnswer) => void)[] = []
  const options = {
    workerData: start,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: OLD_MB },
  }
  const { worker, end } = startOwnThread(readerPath, options, (answer: ReaderAnswer) => waiting.shift()?.(answer))
  worker.on('error', (error) => fallen(fail('archive-worker-died', { text: error.message }, error)))
  worker.on('exit', (code) => fallen(fail('archive-worker-died', { text: `exit ${code}` })))
  return {
    ask: async (request) => {
      const answer = await new Promise<ReaderAnswer>((resolve) => {
        waiting.push(resolve)
        if (request.kind === 'list' && request.rest !== null)
          return worker.postMessage(request, [request.rest.names.buffer])
        if (request.kind !== 'read') return worker.postMessage(request)
        const records = alone(request.records)
        worker.postMessage({ ...request, records }, [records.buffer])
      })
      return unlessFailure(answer)
    },
    end,
  }
}

function unlessFailure(answer: ReaderAnswer): Asked {
  if (answer.kind !== 'failed') return answer
  const { failure } = answer
  throw failure.code === 'internal' ? new Error(failure.text) : sourceProblem(failure)
}
