import type { Verb } from '../verb.ts'

interface FolderOption {
  readonly folder?: string
}

export const scheduleRemove: Verb<FolderOption> = {
  name: 'remove',
  about: { ja: '予定を取り消す', en: 'take the schedule away' },
  examples: ['untenseki schedule remove'],
  shape: (command, pick) =>
    command.option('--folder <dir>', pick({ ja: 'ファイルを書いたフォルダ', en: 'where the files were written' })),
  async work({ engine, output, options, path }) {
    const removed: string[] = []
    for (const scheduler of engine().schedulers(options.folder === undefined ? null : path(options.folder))) {
      removed.push(...(await scheduler.remove()))
    }
    output.line(
      removed.length > 0
        ? { ja: `取り消しました: ${removed.join(', ')}`, en: `Removed ${removed.join(', ')}` }
        : { ja: '予定は登録されていません', en: 'Nothing is planned' },
    )
    return { exitCode: 0, facts: { removed } }
  },
}
