import { problem, toProblem } from '../../shared/model/problem.ts'
import { listForeign } from '../core/archive/extract/list-foreign.ts'
import type { ForeignListed } from '../core/archive/extract/list-foreign-file.ts'
import { withArchiveOn } from '../core/archive/remote-source.ts'
import { verifyArchive } from '../core/archive/verify.ts'
import type { VerifiedArchive } from '../core/archive/verify-file.ts'
import { type VolumeOptions, volumeOption, volumesFor } from './next-volume.ts'
import { progressLine } from './progress-line.ts'
import { bytesText } from './units.ts'
import type { Verb } from './verb.ts'

type Options = VolumeOptions & { readonly foreign?: boolean }

export const verifyVerb: Verb<Options> = {
  name: 'verify',
  about: { ja: 'アーカイブを検証する', en: 'verify an archive' },
  examples: ['untenseki verify /backup/hq-mas-20261122-020014.tar.zst'],
  readsOnly: true,
  shape: (command, pick) =>
    command
      .argument('<archive>')
      .option(
        '--foreign',
        pick({ ja: 'ほかのプログラムが作ったtarも受け付ける', en: 'take tar archives of other programs, too' }),
      )
      .option(volumeOption.flags, pick(volumeOption.about)),
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
    const job = { workerPath, signal, onProgress: line.show, onDiffering }
    const verified = await withArchiveOn(
      context.media(),
      file,
      { signal, nextVolume },
      async (archive, another): Promise<VerifiedArchive | ForeignListed> => {
        try {
          return await verifyArchive(archive, job)
        } catch (thrown) {
          // Its verdict: what lost its seal is ours all the same.
          if (options.foreign !== true || toProblem(thrown).code !== 'archive-not-an-archive') throw thrown
          return listForeign(another(), job)
        }
      },
    ).finally(line.clear)
    if (!('summary' in verified)) {
      const warning = problem('archive-no-manifest', { path: file })
      output.line({
        ja: `終わりまで読めます: ${verified.members} 件,${bytesText(verified.contentBytes)}`,
        en: `Can be read to its end: ${verified.members} members, ${bytesText(verified.contentBytes)}`,
      })
      output.problem(warning)
      return {
        exitCode: warning.exitCode,
        facts: { archive: { path: file, members: verified.members }, foreign: true },
      }
    }
    const { summary, header } = verified
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
