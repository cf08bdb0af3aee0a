import type { CatalogEntry } from '../../../shared/model/catalog.ts'
import { isAncestor, joinAncestry, type Place, type Position } from '../../../shared/model/position.ts'
import { type Problem, problem, toProblem } from '../../../shared/model/problem.ts'
import type { RepairPlan } from '../../../shared/model/repair.ts'
import type { ArchiveCatalog } from '../ports/archive-catalog.ts'
import type { Medium } from '../ports/medium.ts'

type Positioned = CatalogEntry & { readonly position: Position }

/**
 * What the catalog says against a restore that would lose something: a warning for each of the servers restored (`from`: where their archives
 * stand) of which a newer verified archive, on the line that the repair goes, holds some of that; one that is there before one that is
 * not. Where the catalog cannot be read, that is the warning.
 */
export async function newerOnRecord(
  catalog: Pick<ArchiveCatalog, 'entries' | 'attested'>,
  medium: Pick<Medium, 'isPresent'>,
  from: ReadonlyMap<string, Place>,
  repairs: readonly RepairPlan[],
): Promise<readonly Problem[]> {
  const found: Problem[] = []
  try {
    const entries = catalog.entries()
    const { ancestry } = catalog.attested()
    for (const { host, gaps, reaches } of repairs) {
      const [first] = gaps
      if (first === undefined) continue
      const line = { position: reaches, ancestry: joinAncestry(from.get(host)?.ancestry ?? [], ancestry) }
      const newer = entries
        .filter((one): one is Positioned => one.host === host && one.verifiedAt !== null && one.position !== null)
        .filter(({ position }) => position.number >= first.first && isAncestor(position, line))
        .sort((one, other) => other.position.number - one.position.number || other.sequence - one.sequence)
      const best = (await firstPresent(medium, newer)) ?? newer[0]
      if (best !== undefined)
        found.push(problem('restore-archive-newer', { host, path: best.path, number: best.position.number }))
    }
  } catch (error) {
    found.push(toProblem(error))
  }
  return found
}

async function firstPresent(
  medium: Pick<Medium, 'isPresent'>,
  archives: readonly Positioned[],
): Promise<Positioned | null> {
  for (const one of archives) if (await medium.isPresent(one)) return one
  return null
}
