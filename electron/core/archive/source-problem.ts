import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { fail, type ProblemError } from '../../../shared/model/problem.ts'
import { SourceError, type SourceFailure } from './source-failure.ts'

/** Processes named at most. */
const NAMED = 3

type Failure = {
  readonly code: SourceFailure['code'] | 'archive-source-appeared'
  readonly params: SourceFailure['params']
}

/** A source's failure as a `Problem`; of a file that was not left alone with who has it open, as far as that can be seen. */
export function sourceProblem({ code, params }: Failure, cause?: unknown): ProblemError {
  const { path } = params
  const withHolder = code !== 'archive-source-kind' && code !== 'cancelled' && path !== undefined
  return fail(code, withHolder ? { ...params, holder: holdersOf(path) } : params, cause)
}

/** Reading that the calling thread does itself: its failure as a `Problem`. */
export function readingHere<Value>(act: () => Value): Value {
  try {
    return act()
  } catch (thrown) {
    throw thrown instanceof SourceError ? sourceProblem(thrown.failure, thrown) : thrown
  }
}

/**
 * `, name[pid]` for each process that has the file open, by `/proc`; '' where none is seen. What belongs to others is
 * seen by root alone. A name with bytes beyond UTF-8 is not found: the link's text is compared.
 */
function holdersOf(path: string): string {
  const holders: string[] = []
  for (const pid of namesIn('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid || holders.length === NAMED) continue
    const open = namesIn(`/proc/${pid}/fd`).some((fd) => {
      const target = quietly(() => readlinkSync(`/proc/${pid}/fd/${fd}`))
      return target === path || target === `${path} (deleted)`
    })
    if (open) holders.push(`, ${quietly(() => readFileSync(`/proc/${pid}/comm`, 'utf8'))?.trim() ?? ''}[${pid}]`)
  }
  return holders.join('')
}

function namesIn(folder: string): readonly string[] {
  return quietly(() => readdirSync(folder)) ?? []
}

/** Processes end while they are looked at, and not all of them may be looked at. */
function quietly<Value>(look: () => Value): Value | null {
  try {
    return look()
  } catch {
    return null
  }
}
