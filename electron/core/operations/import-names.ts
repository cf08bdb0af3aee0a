import { importLimits } from '../../../shared/model/entity.ts'
import type { CsvEncoding, ImportOutcome } from '../../../shared/model/import.ts'
import { readRegistrationCsv } from '../../formats/registration-csv.ts'
import type { Engine } from '../engine.ts'

export interface ImportOptions {
  /** Absolute. */
  readonly file: string
  readonly encoding: CsvEncoding
  /** Registers the right lines even if others are wrong. */
  readonly partial: boolean
  /** Checks everything and registers nothing. */
  readonly dryRun: boolean
  readonly onSent?: (sent: number, total: number) => void
  /** Ends it with nothing registered, unless it comes too late (see `NameDatabase.registerMany`). */
  readonly signal?: AbortSignal
}

/**
 * Bulk registration from a CSV file: all of it as one transaction, or nothing as soon as a line is wrong, unless `partial`.
 * Wrong lines are told all together: where the file itself is wrong already, the rest is still checked at the service. Throws
 * what `readRegistrationCsv` and `NameDatabase.registerMany` throw.
 */
export async function importNames(engine: Engine, options: ImportOptions): Promise<ImportOutcome> {
  const { registrations, wrong } = await readRegistrationCsv(options.file, options.encoding)
  const checkOnly = options.dryRun || (wrong.length > 0 && !options.partial)
  const done = await engine.names.registerMany(
    registrations.map(({ registration }) => registration),
    {
      operator: engine.owner.operator,
      partial: options.partial,
      dryRun: checkOnly,
      onSent: (sent) => options.onSent?.(sent, registrations.length),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
  )
  const refused = [
    ...wrong,
    ...done.refused.map(({ index, problem }) => ({ line: registrations[index]?.line ?? 0, problem })),
  ]
  const nothing = !options.partial && wrong.length > 0
  return {
    lines: registrations.length + wrong.length,
    registered: nothing ? 0 : done.registered,
    refusedTotal: wrong.length + done.refusedTotal,
    refused: refused.sort((one, other) => one.line - other.line).slice(0, importLimits.refusals),
    from: done.from,
    position: done.position,
  }
}
