import { appendFileSync } from 'node:fs'
import fc from 'fast-check'

/** One case of a matrix as it ended: what was done, what came of it, and which of the promises it broke. */
export interface Row {
  readonly book: string
  readonly step: string
  /** What happened to it: a fault, or the moment of a kill. */
  readonly fault: string
  readonly outcome: string
  /** The commands after which everything was settled, in order. */
  readonly settledBy: string
  readonly broken: readonly string[]
}

/**
 * The cases that are asked for: the sample without a wish, `all`, or a number of them in an order that the seed decides. More than
 * there are go round again, in another order.
 */
export function chosen<Case>(wanted: string, seed: number, all: readonly Case[], sample: readonly Case[]) {
  if (wanted === '') return sample
  if (wanted === 'all') return all
  const count = Number(wanted)
  const rounds = Math.ceil(count / all.length)
  const shuffled = fc.sample(fc.shuffledSubarray([...all], { minLength: all.length }), { seed, numRuns: rounds })
  return shuffled.flat().slice(0, count)
}

/** Says a row as it comes, and keeps it in a file for whoever prints the whole table (`npm run soak`). */
export function tell(row: Row, file: string | undefined): void {
  const { book, step, fault, outcome, settledBy, broken } = row
  process.stdout.write(`| ${book} | ${step} | ${fault} | ${outcome} | ${settledBy} | ${broken.join('; ') || '-'} |\n`)
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`)
}
