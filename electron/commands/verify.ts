import { withArchiveOn } from '../core/archive/remote-source.ts'
import { verifyArchive } from '../core/archive/verify.ts'
import { type VolumeOptions, volumeOption, volumesFor } from './next-volume.ts'
import { progressLine } from './progress-line.ts'
import { bytesText } from './units.ts'
import type { Verb } from './verb.ts'

export const verifyVerb: Verb<VolumeOptions> = {
  name: 'verify',
  about: { ja: 'アーカイブを検証する', en: 'verify an archive' },
  examples: ['untenseki verify /backup/hq-mas-20261122-020014.tar.zst'],
  readsOnly: true,
  shape: (command, pick) => command.argument('<archive>').option(volumeOption.flags, pick(volumeOption.about)),
  async work({ output, args, path, options, context }) {
    const file = path(args[0] ?? '')
    const line = progressLine(context)
    const onDiffering = (differing: readonly string[]) => {
      line.clear()
      if (output.json)
        output.rows(
          'differs',
          differing.map((member) => ({ path: member })),
          [],
        )
      for (const member of differing) output.line({ ja: `異なります: ${member}`, en: `Differs: ${member}` })
    }
    const { workerPath, signal } = context
    const nextVolume = volumesFor(context, options.volume?.map(path))
    const { summary, header } = await withArchiveOn(context.media(), file, { signal, nextVolume }, (archive) =>
      verifyArchive(archive, { workerPath, signal, onProgress: line.show, onDiffering }),
    ).finally(line.clear)
    const { bytes, sha256, members, contentBytes, position } = summary
    output.line({
      ja: `正常です: ${members} 件,${bytesText(contentBytes)},変更番号 ${position?.number ?? '-'}`,
      en: `Whole and good: ${members} members, ${bytesText(contentBytes)}, change number ${position?.number ?? '-'}`,
    })
    output.line({ ja: `SHA-256 ${sha256}`, en: `SHA-256 ${sha256}` })
    output.line({ ja: file, en: file })
    const archive = { path: file, bytes, sha256, members }
    return { exitCode: 0, facts: { archive, header, changeNumber: position?.number ?? null } }
  },
}
