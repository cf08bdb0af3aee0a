import type { ExitName } from '../../model/exit-code.ts'

/** A problem's two texts in one language: what happened, and what the operator can do. */
export type ProblemText = readonly [message: string, remedy: string]

/** A row a problem code; both languages stand side by side so that neither can be forgotten. */
export type ProblemRow = { readonly exit: ExitName; readonly ja: ProblemText; readonly en: ProblemText }

/** Checks a table's shape and keeps its keys. */
export function defineProblems<const Code extends string>(rows: Record<Code, ProblemRow>): Record<Code, ProblemRow> {
  return rows
}
