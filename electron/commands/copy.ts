import { problem } from '../../shared/model/problem.ts'
import { copySecond } from '../core/operations/second-copy.ts'
import { type VolumeOptions, volumeOption, volumesFor } from './next-volume.ts'
import { progressLine } from './progress-line.ts'
import { bytesText } from './units.ts'
import type { Verb } from './verb.ts'

interface CopyOptions extends VolumeOptions {
  readonly overwriteMedium?: boolean
}

export const copyVerb: Verb<CopyOptions> = {
  name: 'copy',
  about: {
    ja: 'アーカイブを二次媒体にコピーし,読み戻して照合する',
    en: 'copy an archive to a second medium, read it back and compare',
  },
  examples: [
    'untenseki copy /backup/hq-mas-20261122-020014.tar.zst /mnt/second/',
    'untenseki copy /backup/hq-mas-20261122-020014.tar.zst /dev/nst0',
  ],
  shape: (command, pick) =>
    command
      .argument('<archive>')
      .argument(
        '<dest>',
        pick({ ja: 'ファイル,フォルダ又はスペシャルファイル', en: 'a file, a folder or a special file' }),
      )
      .option(volumeOption.flags, pick(volumeOption.about))
      .option('--overwrite-medium', pick({ ja: '装置の内容を捨てる', en: 'give up what the device holds' })),
  async work({ engine, args, path, options, output, context }) {
    const { medium, catalog, clock } = engine()
    const archive = path(args[0] ?? '')
    const known = catalog
      .entries()
      .filter((entry) => entry.path === archive)
      .at(-1)
    const line = progressLine(context)
    const copy = await copySecond(medium, archive, path(args[1] ?? ''), {
      signal: context.signal,
      onProgress: line.show,
      workerPath: context.workerPath,
      nextVolume: volumesFor(context, options.volume?.map(path)),
      overwrite: options.overwriteMedium === true,
      sha256: known?.sha256,
      record: ({ path: to, sameFilesystem }) => {
        if (known === undefined) return
        const at = clock.now().toISOString()
        catalog.append({ kind: 'copied', sequence: known.sequence, at, path: to, sameFilesystem })
      },
    }).finally(line.clear)
    output.line({
      ja: `コピーを照合しました: ${copy.path} (${bytesText(copy.bytes)})`,
      en: `Copied and compared: ${copy.path} (${bytesText(copy.bytes)})`,
    })
    output.line({ ja: `SHA-256 ${copy.sha256}`, en: `SHA-256 ${copy.sha256}` })
    const facts = { archive: { path: archive, bytes: copy.bytes, sha256: copy.sha256 }, copy }
    if (!copy.sameFilesystem) return { exitCode: 0, facts }
    const warning = problem('copy-same-filesystem', { path: copy.path })
    output.problem(warning)
    return { exitCode: warning.exitCode, facts }
  },
}
