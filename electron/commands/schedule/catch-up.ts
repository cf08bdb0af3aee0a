import { installedSchedule, missedSince } from '../../core/schedule/schedule-view.ts'
import type { Verb } from '../verb.ts'

/** For the line that cron runs when the machine starts; systemd's timer does this by itself. */
interface FolderOption {
  readonly folder?: string
}

export const scheduleCatchUp: Verb<FolderOption> = {
  name: 'catch-up',
  about: { ja: '過ぎた予定があれば,今実行する', en: 'run now what fell due and did not happen' },
  examples: ['untenseki schedule catch-up'],
  shape: (command, pick) =>
    command.option('--folder <dir>', pick({ ja: 'ファイルを書いたフォルダ', en: 'where the files were written' })),
  async work({ engine, output, context, options, path }) {
    const folder = options.folder === undefined ? null : path(options.folder)
    const composed = engine()
    const missed = await missedSince(composed, folder)
    const found = await installedSchedule(composed, folder)
    if (!missed || !found) {
      output.line({ ja: '過ぎた予定はありません', en: 'Nothing was missed' })
      return { exitCode: 0, facts: { missed: null } }
    }
    const since = missed.toISOString()
    output.log({ ja: `${since} の予定を今実行します`, en: `running now what fell due at ${since}` })
    return { exitCode: await context.runProgram(found.installed.argv), facts: { missed: since } }
  },
}
