import type { ArchiveHeader } from '../../../../shared/model/archive.ts'
import { type ArchiveAt, withSource } from '../archive-source.ts'
import { readHeaderRecord, readManifest } from '../manifest-reader.ts'
import { unescapeName } from '../member-name.ts'
import type { JobContext } from '../meter.ts'
import { readSeal } from '../seal.ts'

/**
 * The header of an archive with a sound seal, from its first frame alone; null without one. Throws what the header
 * record's reader does, `archive-missing`, `archive-unreadable`.
 */
export async function readSealedHeader(archive: ArchiveAt): Promise<ArchiveHeader | null> {
  return withSource(archive, async (source) => {
    const seal = await readSeal(source.readAt, source.size)
    return seal === null ? null : readHeaderRecord(source, seal)
  })
}

/**
 * Of files that are not wanted while a hard link to them is: the file's name (escaped) and the first such link, which
 * then takes the content. Told by the manifest of an archive with a sound seal.
 */
export async function standInsOf(
  archive: ArchiveAt,
  wants: (name: Buffer) => boolean,
  context: JobContext,
): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>()
  await withSource(archive, async (source) => {
    const seal = await readSeal(source.readAt, source.size)
    if (seal === null) return
    for await (const { path, type, link } of readManifest(source, seal, isHardlink)) {
      if (type !== 'hardlink' || link === null || found.has(link)) continue
      context.checkCancelled()
      const name = unescapeName(path)
      if (wants(name) && !wants(unescapeName(link))) found.set(link, name)
    }
  })
  return found
}

function isHardlink(line: Buffer): boolean {
  return line.includes('"type":"hardlink"')
}
