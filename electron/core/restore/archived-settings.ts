import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import { publicInfoPath } from '../../formats/layout.ts'
import { type PublicInfo, parsePublicInfo } from '../../formats/public-info.ts'
import { extractArchive } from '../archive/extract/extract.ts'
import { escapeName } from '../archive/member-name.ts'
import { withArchiveOn } from '../archive/remote-source.ts'
import type { Engine } from '../engine.ts'
import type { ReadOptions } from './check-archive.ts'

/**
 * The `gmpublicinfo` that an archive holds: what tells of the journal where the live one is lost with its disk. Reads the archive once
 * more, to its end. Throws what `extractArchive` and `parsePublicInfo` throw.
 */
export async function archivedSettings(
  { medium }: Pick<Engine, 'medium'>,
  server: ServerConfig,
  path: string,
  { nextVolume, ...options }: ReadOptions,
): Promise<PublicInfo> {
  const folder = mkdtempSync(join(tmpdir(), 'untenseki-'))
  try {
    const file = publicInfoPath(server)
    const to = join(folder, 'gmpublicinfo')
    const into = [{ prefix: escapeName(Buffer.from(file)), to }]
    await withArchiveOn(medium, path, { signal: options.signal, nextVolume }, (archive) =>
      extractArchive({ ...options, archive, into }),
    )
    return parsePublicInfo(readFileSync(to, 'utf8'), file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
