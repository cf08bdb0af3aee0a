import type { CatalogEntry } from '../../../shared/model/catalog.ts'
import type { Medium } from '../ports/medium.ts'

/** Which of these archives stand where they were written, by their sequence: each place is asked now, one after the other. */
export async function presentArchives(
  { isPresent }: Pick<Medium, 'isPresent'>,
  archives: readonly CatalogEntry[],
): Promise<ReadonlySet<number>> {
  const found = new Set<number>()
  for (const archive of archives) if (await isPresent(archive)) found.add(archive.sequence)
  return found
}
