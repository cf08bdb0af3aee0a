import stringWidth from 'string-width'
import type { Problem } from '../../shared/model/problem.ts'
import type { CommandContext, LogLevel } from './context.ts'

/** A text in both languages, beside the code that says it. */
export type Both = { readonly ja: string; readonly en: string }

/** Where a verb writes: rows for people or JSON Lines for programs, never both. */
export interface Output {
  readonly json: boolean
  /** A text in the caller's language. */
  pick(text: Both): string
  /** A text in the caller's language; nothing under `--json`. */
  line(text: Both): void
  /** A table for people; under `--json` an object a row, with `kind` first. */
  rows(kind: string, rows: readonly Row[], columns: readonly Column[]): void
  /** On stderr, in the caller's language, unless the log level is above `info`. */
  log(text: Both): void
  problem(found: Problem): void
}

export type Row = Readonly<Record<string, unknown>>
export type Column = { readonly key: string; readonly title: Both; readonly right?: boolean }

export function createOutput(context: CommandContext, json: boolean, level: LogLevel = 'info'): Output {
  const pick = (text: Both) => text[context.language]
  return {
    json,
    pick,
    line(text) {
      if (!json) context.stdout(`${pick(text)}\n`)
    },
    rows(kind, rows, columns) {
      if (json) for (const row of rows) context.stdout(`${JSON.stringify({ kind, ...row })}\n`)
      else context.stdout(table(rows, columns, context))
    },
    log(text) {
      if (level === 'info' || level === 'debug') context.stderr(`${pick(text)}\n`)
    },
    problem(found) {
      context.stderr(`${pick(found.message)}\n${pick(found.remedy)}\n`)
    },
  }
}

function table(rows: readonly Row[], columns: readonly Column[], context: CommandContext): string {
  const heads = columns.map((column) => column.title[context.language])
  const cells = rows.map((row) => columns.map((column) => cell(row[column.key])))
  const widths = columns.map((_, at) => Math.max(...[heads, ...cells].map((line) => stringWidth(line[at] ?? ''))))
  const draw = (line: readonly string[]) =>
    line
      .map((text, at) => pad(text, widths[at] ?? 0, columns[at]?.right === true))
      .join('  ')
      .trimEnd()
  return `${[heads, widths.map((width) => '-'.repeat(width)), ...cells].map(draw).join('\n')}\n`
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '-'
  return Array.isArray(value) ? value.join(',') : String(value)
}

/** Pads to a width in terminal columns: a Japanese character takes two. */
function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)))
  return right ? space + text : text + space
}
