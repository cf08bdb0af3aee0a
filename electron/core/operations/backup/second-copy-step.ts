import { statSync } from 'node:fs'
import { basename } from 'node:path'
import type { MediaSettings } from '../../../../shared/model/media.ts'
import { fail, problem, toProblem } from '../../../../shared/model/problem.ts'
import type { Receipt } from '../../../../shared/model/run.ts'
import type { Step, StepContext } from '../../procedure/step.ts'
import { archiveName } from '../archive-name.ts'
import { copySecond } from '../second-copy.ts'
import type { BackupWork, Member } from './work.ts'

/**
 * 二次媒体: with the services up again, copies each verified archive where the domain file's `media.secondCopy` says, one
 * after the other; none without it. A copy that fails, or is cancelled, leaves the backup as good as it is: it is a warning,
 * and nothing is discarded by this run (design §7). What it had written of a file stays, for `copy` to go on with.
 */
export function secondCopySteps(work: BackupWork): readonly Step[] {
  const { secondCopy } = work.engine.domain.media
  return secondCopy === null ? [] : work.members.map((member) => secondCopyStep(work, member, secondCopy))
}

function secondCopyStep(work: BackupWork, member: Member, { to }: NonNullable<MediaSettings['secondCopy']>): Step {
  const { engine, warnings } = work
  return {
    id: work.nameOf('second-copy', member),
    cancellable: true,
    afterwards: true,
    needless: () => !member.verified || member.archive === null,
    async run(context) {
      try {
        return await copyOf(context)
      } catch (error) {
        member.uncopied = true
        warnings.push(toProblem(error), problem('second-copy-missing', { path: member.archive?.path ?? '' }))
        return {}
      }
    },
  }

  async function copyOf({ signal, progress }: StepContext): Promise<Receipt> {
    const { archive, server, sequence } = member
    if (archive === null || sequence === null) return {}
    const { medium, catalog, clock } = engine
    // An archive on a special file has no name of its own.
    const name = /\.tar\.[a-z.]+$/.test(archive.path)
      ? basename(archive.path)
      : archiveName(engine.domain, server, clock.now())
    const place = await medium.placeFor(to, name)
    if (place === to && !isSpecialFile(to)) throw fail('medium-folder-missing', { path: to })
    const { path, bytes, sha256, sameFilesystem } = await copySecond(medium, archive.path, place, {
      name,
      nextVolume: work.request.medium?.nextVolume,
      signal,
      onProgress: progress,
      workerPath: engine.workerPath,
      sha256: archive.sha256,
      record: ({ path: copied, sameFilesystem: same }) =>
        catalog.append({
          kind: 'copied',
          sequence,
          at: clock.now().toISOString(),
          path: copied,
          sameFilesystem: same,
        }),
    })
    if (sameFilesystem) warnings.push(problem('copy-same-filesystem', { path }))
    return { path, bytes, sha256 }
  }
}

/** Anything else of that name is no place that a domain file could have meant: an archive would take the folder's name. */
function isSpecialFile(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found !== undefined && (found.isBlockDevice() || found.isCharacterDevice())
}
