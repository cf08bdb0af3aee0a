import type { ArchiveAt } from '../core/archive/archive-source.ts'
import { extractTo } from '../core/archive/extract/extract.ts'
import { withArchiveOn } from '../core/archive/remote-source.ts'
import { type VolumeOptions, volumeOption, volumesFor } from './next-volume.ts'
import { progressLine } from './progress-line.ts'
import { bytesText } from './units.ts'
import type { Verb } from './verb.ts'

type Options = VolumeOptions & {
  readonly to: string
  readonly path?: readonly string[]
  readonly foreign?: boolean
  readonly special?: boolean
  readonly setId?: boolean
  readonly anySize?: boolean
}

/** Chosen members elsewhere; bringing a server back is another verb's work (own decision). */
export const extractVerb: Verb<Options> = {
  name: 'extract',
  about: {
    ja: 'アーカイブの内容を別の場所に取り出す(サーバは復元しない)',
    en: 'take members of an archive out to another place (restores no server)',
  },
  examples: [
    'untenseki extract /backup/hq-mas-20261122-020014.tar.zst --to /var/tmp/out --path /var/opt/GroupMail/nxudir/mail',
  ],
  shape: (command, pick) =>
    command
      .argument('<archive>')
      .requiredOption(
        '--to <dir>',
        pick({ ja: 'まだないか空のディレクトリ', en: 'a folder that does not exist, or is empty' }),
      )
      .option(
        '--path <path...>',
        pick({ ja: '取り出すものの絶対パス名(その下を含む)', en: 'absolute paths of what to take, with all below' }),
      )
      .option(
        '--foreign',
        pick({ ja: 'ほかのプログラムが作ったtarも受け付ける', en: 'take tar archives of other programs, too' }),
      )
      .option('--special', pick({ ja: 'その中のスペシャルファイルも作る', en: 'make their special files, too' }))
      .option('--set-id', pick({ ja: 'そのset-user-id,set-group-idも残す', en: 'keep their set-id bits' }))
      .option(volumeOption.flags, pick(volumeOption.about))
      .option('--any-size', pick({ ja: '展開後の大きさを問わない', en: 'let them unpack to any size' })),
  async work({ output, options, args, path, context }) {
    const archive = path(args[0] ?? '')
    const to = path(options.to)
    const line = progressLine(context)
    const nextVolume = volumesFor(context, options.volume?.map(path))
    const take = (at: ArchiveAt) =>
      extractTo(to, {
        archive: at,
        select: options.path,
        workerPath: context.workerPath,
        signal: context.signal,
        onProgress: line.show,
        foreign:
          options.foreign === true
            ? {
                specialFiles: options.special === true,
                setId: options.setId === true,
                anyRatio: options.anySize === true,
              }
            : undefined,
      })
    const { members, bytes, notKept, header, partRead } = await withArchiveOn(
      context.media(),
      archive,
      { signal: context.signal, nextVolume },
      take,
    ).finally(line.clear)
    for (const each of notKept.first) output.line({ ja: `引き継げない属性: ${each}`, en: `Not kept: ${each}` })
    output.line({
      ja: `取り出しました: ${members} 件,${bytesText(bytes)}`,
      en: `Extracted: ${members} members, ${bytesText(bytes)}`,
    })
    if (partRead !== null) {
      const [read, all] = [bytesText(partRead.bytesRead), bytesText(partRead.bytes)]
      output.line({
        ja: `検査したのは目録と取り出した内容だけです(アーカイブ ${all} のうち ${read} を読みました)。全体の検査は verify で行います`,
        en: `Verified: the manifest and what was taken out alone (${read} of ${all} were read); verify checks the whole archive`,
      })
    }
    output.line({ ja: to, en: to })
    return { exitCode: 0, facts: { to, members, bytes, notKept, header, partRead } }
  },
}
