import type { ArchiveHeader, ManifestEntry } from '../../../shared/model/archive.ts'
import { fail } from '../../../shared/model/problem.ts'
import { type ArchiveAt, planOf, withSource } from './archive-source.ts'
import { readHeaderRecord, readManifest } from './manifest-reader.ts'
import { readSeal } from './seal.ts'
import { verifyArchive } from './verify.ts'
import type { JobOptions } from './worker-client.ts'

/**
 * Hands the header and then each entry of the manifest, in the archive's order, to the caller, who may take as long as
 * it likes with each. Only header, manifest and seal are read, so a large archive is listed at once; whether the rest
 * is good is for `verifyArchive` to say, and a file without a sound seal is left to it, too: its verdict is thrown.
 */
export async function listArchive(
  archive: ArchiveAt,
  options: JobOptions,
  take: {
    readonly header: (header: ArchiveHeader) => void | Promise<void>
    readonly entry: (entry: ManifestEntry) => void | Promise<void>
  },
): Promise<void> {
  const { path } = planOf(archive)
  await withSource(archive, async (file) => {
    const seal = await readSeal(file.readAt, file.size)
    if (seal === null) {
      await verifyArchive(archive, options)
      throw fail('archive-seal-differs', { path, offset: file.size })
    }
    await take.header(await readHeaderRecord(file, seal))
    for await (const entry of readManifest(file, seal)) {
      if (options.signal?.aborted === true) throw fail('cancelled')
      await take.entry(entry)
    }
  })
}
