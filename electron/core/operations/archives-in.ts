import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CatalogEntry } from '../../../shared/model/catalog.ts'
import { fail, ProblemError } from '../../../shared/model/problem.ts'
import { readSealedHeader } from '../archive/extract/archive-facts.ts'
import type { KeptArchive } from './retention.ts'

/**
 * The archives of a domain in a folder, by their names' endings and their headers; what is no whole archive, or another
 * domain's, is left out. One that the catalog does not know cannot be told from another of its position. Throws `archive-missing`,
 * `archive-unreadable` for the folder.
 */
export async function archivesIn(
  folder: string,
  domain: string,
  catalog: readonly CatalogEntry[],
): Promise<readonly KeptArchive[]> {
  const names = await readdir(folder).catch((thrown: NodeJS.ErrnoException) => {
    const code = thrown.code ?? String(thrown)
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? fail('archive-missing', { path: folder }, thrown)
      : fail('archive-unreadable', { path: folder, text: code }, thrown)
  })
  const found: KeptArchive[] = []
  for (const name of names.filter((each) => /\.tar\.(zst|gz)(\.age)?$/.test(each)).sort()) {
    const path = join(folder, name)
    const header = await readSealedHeader(path).catch((thrown: unknown) => {
      if (thrown instanceof ProblemError) return null
      throw thrown
    })
    if (header === null || header.domain !== domain) continue
    const { host, position, startedAt } = header
    const known = catalog.filter((entry) => entry.path === path && entry.runId === header.runId).at(-1)
    found.push({ path, host, position, sequence: known?.sequence ?? null, startedAt })
  }
  return found
}
