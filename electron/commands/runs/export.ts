import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs'
import type { Language } from '../../../shared/model/language.ts'
import { fail } from '../../../shared/model/problem.ts'
import { foldRun, type RunState } from '../../../shared/model/run-state.ts'
import { findUnfinished } from '../../core/operations/rollback.ts'
import { reportPage, reportText } from '../../core/report/render-report.ts'
import { runReport } from '../../core/report/run-report.ts'
import { wrongValue } from '../usage-text.ts'
import type { Verb } from '../verb.ts'
import { noUnfinished } from './no-unfinished.ts'

interface ExportOptions {
  readonly format: string
  readonly lang?: string
  readonly to?: string
}

export const runsExport: Verb<ExportOptions> = {
  name: 'export',
  about: {
    ja: '実行の記録を JSON,又は印刷用の報告書として出力する(省略時は終わっていない実行)',
    en: 'write a run as JSON or as a report to print (without an id: the unfinished one)',
  },
  examples: [
    'untenseki runs export 20261122T020000Z-1a2b3c --format html --lang ja --to /tmp/report.html',
    'untenseki runs export 20261122T020000Z-1a2b3c --format json',
  ],
  readsOnly: true,
  shape: (command, pick) =>
    command
      .argument('[run]')
      .option('--format <kind>', 'json | html | text', 'text')
      .option('--lang <language>', 'ja | en')
      .option(
        '--to <file>',
        pick({ ja: '新しいファイル(省略時は標準出力)', en: 'a new file (standard output without it)' }),
      ),
  async work({ engine, output, args, options, context, path }) {
    const language = options.lang ?? context.language
    if (language !== 'ja' && language !== 'en') throw wrongValue('runs export', '--lang', language)
    if (!['json', 'html', 'text'].includes(options.format)) throw wrongValue('runs export', '--format', options.format)
    const composed = engine()
    const state = args[0] === undefined ? findUnfinished(composed) : foldRun(composed.runs.read(args[0]))
    if (!state) return noUnfinished(output)
    const text = written(state, options.format, language)
    if (options.to !== undefined) {
      const file = path(options.to)
      writeNew(file, text)
      output.line({ ja: file, en: file })
      return { exitCode: 0, facts: { runId: state.runId, file } }
    }
    if (output.json)
      return { exitCode: 0, facts: { runId: state.runId, report: options.format === 'json' ? state : text } }
    context.stdout(text)
    return { exitCode: 0 }
  },
}

function written(state: RunState, format: string, language: Language): string {
  if (format === 'json') return `${JSON.stringify(state)}\n`
  const report = runReport(state, language)
  return format === 'html' ? reportPage(report) : reportText(report)
}

/** Never over a file that is there; 0600, because a record names people and places. Throws `report-failed` (12). */
function writeNew(file: string, text: string): void {
  try {
    const fd = openSync(file, 'wx', 0o600)
    try {
      writeFileSync(fd, text)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    throw fail('report-failed', { file, text: (error as Error).message }, error)
  }
}
