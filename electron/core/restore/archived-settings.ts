import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import { publicInfoPath } from '../../formats/layout.ts'
import { type PublicInfo, parsePublicInfo } from '../../formats/public-info.ts'
import { extractArchive } from '../archive/extract/extract.ts'
import { escapeName } from '../archive/member-name.ts'
import type { JobOptions } from '../archive/worker-client.ts'

/**
 * The `gmpublicinfo` that an archive holds: what tells of the journal where the live one is lost with its disk. Reads the archive once
 * more, to its end. Throws what `extractArchive` and `parsePublicInfo` throw.
 */
export async function archivedSettings(server: ServerConfig, path: string, options: JobOptions): Promise<PublicInfo> {
  const folder = mkdtempSync(join(tmpdir(), 'untenseki-'))
  try {
    const file = publicInfoPath(server)
    const to = join(folder, 'gmpublicinfo')
    await extractArchive({ ...options, archive: path, into: [{ prefix: escapeName(Buffer.from(file)), to }] })
    return parsePublicInfo(readFileSync(to, 'utf8'), file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
