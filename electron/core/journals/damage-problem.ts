import type { JournalDamage } from '../../../shared/model/journal.ts'
import { type Problem, problem } from '../../../shared/model/problem.ts'

/** A damaged file beside a journal's records, in words: to be mended, or mended and its old self still kept. */
export function damageProblem({ file, text, keptAs }: JournalDamage): Problem {
  return keptAs === null
    ? problem('journal-doubtful', { file, text })
    : problem('journal-mended', { file, kept: keptAs })
}
