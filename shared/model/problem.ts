import { fill } from '../messages/fill.ts'
import { type ProblemCode, problemTable } from '../messages/problems/index.ts'
import { z } from '../zod.ts'
import { exitCodes } from './exit-code.ts'

const bothLanguages = z.object({ ja: z.string(), en: z.string() })

/**
 * An error as data: a stable code, what happened, and what the operator can do, in both languages.
 * It crosses processes (services → engine → renderer) unchanged.
 */
export const problemSchema = z.object({
  code: z.string(),
  exitCode: z.number().int(),
  message: bothLanguages,
  remedy: bothLanguages,
  /** What the message was filled with, for programs that read `--json`. */
  params: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type Problem = z.infer<typeof problemSchema>
export type ProblemParams = Problem['params']

/** Makes a problem from the table; the placeholders `{name}` of its texts are filled from `params`. */
export function problem(code: ProblemCode, params: ProblemParams = {}): Problem {
  const row = problemTable[code]
  return {
    code,
    exitCode: exitCodes[row.exit],
    message: { ja: fill(row.ja[0], params), en: fill(row.en[0], params) },
    remedy: { ja: fill(row.ja[1], params), en: fill(row.en[1], params) },
    params,
  }
}

/** The exception that carries a `Problem`. Ports throw nothing else on purpose. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem

  constructor(given: Problem, options?: ErrorOptions) {
    super(`${given.code}: ${given.message.en}`, options)
    this.problem = given
  }
}

/** `throw fail('code', {…})`: the short way to a `ProblemError` from the table. */
export function fail(code: ProblemCode, params: ProblemParams = {}, cause?: unknown): ProblemError {
  return new ProblemError(problem(code, params), cause === undefined ? undefined : { cause })
}

/** Any thrown value as a problem: ours as it is, anything else as `internal` with its text. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problem
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return problem('internal', { text })
}

/** What happened and what to do, as sentences in one line. Messages stand alone elsewhere and bear no full stop. */
export function sentencesOf({ message, remedy }: Pick<Problem, 'message' | 'remedy'>): Problem['message'] {
  const ended = (text: string, stop: string) => (/[。.!?]$/.test(text) ? text : `${text}${stop}`)
  return { ja: `${ended(message.ja, '。')}${remedy.ja}`, en: `${ended(message.en, '.')} ${remedy.en}` }
}

/** For what goes wrong while a failure is dealt with: the failure stays the one that is told. */
export function because(failure: unknown): (other: unknown) => never {
  return (other) => {
    throw new ProblemError(toProblem(failure), { cause: new AggregateError([failure, other]) })
  }
}
