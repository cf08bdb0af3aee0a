import { type ArchiveAt, planOf } from './archive-source.ts'
import type { VerifiedArchive } from './verify-file.ts'
import { inWorker, type JobOptions } from './worker-client.ts'

/** Verifies an archive in a worker thread; see `verifyArchiveFile` for what it accounts for and throws. */
export async function verifyArchive(archive: ArchiveAt, options: JobOptions): Promise<VerifiedArchive> {
  return inWorker<'verify'>({ kind: 'verify', source: planOf(archive) }, options)
}
