import { confirm } from '../ask.ts'
import type { Verb } from '../verb.ts'

interface UnfinishedOptions {
  readonly remove?: boolean
}

export const mediaUnfinished: Verb<UnfinishedOptions> = {
  name: 'unfinished',
  about: {
    ja: '中断された書きかけのファイルを一覧表示する(--remove で削除)',
    en: 'list what interrupted backups and copies left unfinished; --remove takes it away',
  },
  examples: ['untenseki media unfinished /backup', 'untenseki media unfinished /dev/sdb --remove --yes'],
  shape: (command, pick) =>
    command
      .argument('[place]', pick({ ja: 'ディレクトリ又はスペシャルファイル', en: 'a folder or a special file' }))
      .option('--remove', pick({ ja: '書き込み中でないものを削除する', en: 'remove those that nobody is writing' })),
  async work({ engine, args, path, options, output, context }) {
    const { domain, medium } = engine()
    const folder = args[0] === undefined ? domain.folders.backups : path(args[0])
    const found = await medium.unfinishedIn(folder)
    output.rows('unfinished', found, [
      { key: 'live', title: { ja: '書き込み中', en: 'live' } },
      { key: 'bytes', title: { ja: 'バイト', en: 'bytes' }, right: true },
      { key: 'changedAt', title: { ja: '更新日時', en: 'changed' } },
      { key: 'partial', title: { ja: 'ファイル', en: 'file' } },
    ])
    const dead = found.filter(({ live }) => !live)
    if (options.remove !== true || dead.length === 0) return { exitCode: 0, facts: { folder, removed: [] } }
    await confirm(context, options, {
      ja: `書きかけのファイル ${dead.length} 個を削除しますか。`,
      en: `Remove ${dead.length} unfinished files?`,
    })
    for (const each of dead) await medium.discardUnfinished(each.path)
    return { exitCode: 0, facts: { folder, removed: dead.map(({ partial }) => partial) } }
  },
}
