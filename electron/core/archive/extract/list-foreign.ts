import { toProblem } from '../../../../shared/model/problem.ts'
import { type ArchiveAt, planOf } from '../archive-source.ts'
import { verifyArchive } from '../verify.ts'
import { inWorker, type JobOptions } from '../worker-client.ts'
import type { ForeignListed } from './list-foreign-file.ts'

/** Lists a tar archive of another program in a worker thread, all of which is read; see `listForeignFile`. */
export function listForeign(archive: ArchiveAt, options: JobOptions): Promise<ForeignListed> {
  return inWorker<'list-foreign'>({ kind: 'list-foreign', source: planOf(archive) }, options)
}

/**
 * Resolves when what an operation on an archive threw means that another program made it; rejects with that, or with
 * what is wrong with an archive of ours that has lost its seal.
 */
export async function expectForeign(thrown: unknown, archive: ArchiveAt, options: JobOptions): Promise<void> {
  const { code } = toProblem(thrown)
  if (code === 'archive-not-an-archive') return
  if (code !== 'archive-seal-differs') throw thrown
  // Its verdict on a file of another program comes with the first member.
  const verdict = await verifyArchive(archive, options).then(
    () => thrown,
    (failure: unknown) => failure,
  )
  if (toProblem(verdict).code !== 'archive-not-an-archive') throw verdict
}
