import { setImmediate } from 'node:timers/promises'
import { assertNever } from '../../../shared/model/assert-never.ts'
import { fail } from '../../../shared/model/problem.ts'
import { startOwnThread } from './own-thread.ts'
import { alone, createReader, givenAway, type ReaderAnswer, type ReaderRequest, type ReaderStart } from './reader.ts'
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
        worker.postMessage(...messageOf(request))
      })
      return unlessFailure(answer)
    },
    end,
  }
}

/** A request with no byte more than it means, and what it hands over: of a view, a message would carry all the memory that it looks into. */
function messageOf(request: ReaderRequest): readonly [ReaderRequest, ArrayBuffer[]] {
  switch (request.kind) {
    case 'list': {
      const { rest } = request
      const path = alone(request.path)
      return [{ ...request, path }, rest === null ? [path.buffer] : [path.buffer, rest.names.buffer]]
    }
    case 'read': {
      const records = givenAway(request.records)
      return [{ ...request, records }, [records.buffer]]
    }
    case 'owners':
    case 'more':
    case 'pack':
      return [request, []]
    default:
      return assertNever(request)
  }
}

function unlessFailure(answer: ReaderAnswer): Asked {
  if (answer.kind !== 'failed') return answer
  const { failure } = answer
  throw failure.code === 'internal' ? new Error(failure.text) : sourceProblem(failure)
}
