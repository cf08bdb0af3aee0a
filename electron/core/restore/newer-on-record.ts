import type { CatalogEntry } from '../../../shared/model/catalog.ts'
import { type Ancestry, isAncestor } from '../../../shared/model/position.ts'
import { type Problem, problem, toProblem } from '../../../shared/model/problem.ts'
import type { RepairPlan } from '../../../shared/model/repair.ts'
import type { RestoreArchive } from '../../../shared/model/restore.ts'
import type { Engine } from '../engine.ts'

/**
 * What the catalog says against a restore that would lose something: a warning for each of these servers of which a newer verified
 * archive holds some of that, and one where the catalog cannot be read.
 */
export async function newerOnRecord(
  { catalog, medium }: Pick<Engine, 'catalog' | 'medium'>,
  archives: readonly RestoreArchive[],
  repairs: readonly RepairPlan[],
): Promise<readonly Problem[]> {
  const found: Problem[] = []
  try {
    const entries = catalog.entries()
    const { ancestry } = catalog.attested()
    for (const { host, gaps } of repairs) {
      const archive = archives.find((one) => one.host === host)
      if (gaps.length === 0 || archive === undefined) continue
      const lost = Math.min(...gaps.map(({ first }) => first))
      const newer = entries.filter((entry) => holdsMore(entry, archive, lost, ancestry)).sort(newestFirst)
      const there: CatalogEntry[] = []
      for (const entry of newer) if (there.length === 0 && (await medium.isPresent(entry))) there.push(entry)
      const best = there[0] ?? newer[0]
      if (best !== undefined)
        found.push(problem('restore-archive-newer', { host, path: best.path, number: best.position?.number ?? '-' }))
    }
  } catch (error) {
    found.push(toProblem(error))
  }
  return found
}

/** Whether it goes on from that archive and holds the first change that would be lost. */
function holdsMore(entry: CatalogEntry, archive: RestoreArchive, lost: number, ancestry: Ancestry): boolean {
  const { host, verifiedAt, position } = entry
  if (host !== archive.host || verifiedAt === null || position === null || archive.position === null) return false
  return position.number >= lost && isAncestor(archive.position, { position, ancestry })
}

function newestFirst(one: CatalogEntry, other: CatalogEntry): number {
  return (other.position?.number ?? 0) - (one.position?.number ?? 0) || other.sequence - one.sequence
}
