import type { ImportOutcome } from '../../../shared/model/import.ts'
import type { Engine } from '../engine.ts'
import { type ImportOptions, importNames } from '../operations/import-names.ts'
import type { TaskContext, TaskResult } from './tasks.ts'

/** Wrong lines that a window is told; the command names more, and both count all of them. */
const keptRefusals = 200

const phases = {
  read: { ja: 'ファイルを読んでいます', en: 'Reading the file' },
  check: { ja: '検査しています', en: 'Checking' },
  store: { ja: '登録を確定しています', en: 'Storing them' },
} as const

function sending(sent: number, total: number): { readonly ja: string; readonly en: string } {
  return { ja: `登録する行を送っています (${sent}/${total})`, en: `Sending the lines (${sent}/${total})` }
}

/**
 * CSVから登録 as a console's task. Of its lines, sending is told one by one; then comes one transaction, which counts as the rest
 * when it is there. A cancel registers nothing, or comes too late: then the task is done and says what was registered.
 */
export async function importTask(
  engine: Engine,
  options: Pick<ImportOptions, 'file' | 'encoding' | 'partial' | 'dryRun'>,
  { signal, progress }: TaskContext,
): Promise<TaskResult> {
  progress({ current: phases.read })
  const last = options.dryRun ? phases.check : phases.store
  const outcome = await importNames(engine, {
    ...options,
    signal,
    onSent: (sent, total) =>
      progress({ done: sent, total: total * 2, current: sent < total ? sending(sent, total) : last }),
  })
  const told: ImportOutcome = { ...outcome, refused: outcome.refused.slice(0, keptRefusals) }
  return { receipt: {}, imported: { ...told, dryRun: options.dryRun, partial: options.partial } }
}
