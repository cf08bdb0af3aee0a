import type { CatalogEntry } from '../../../shared/model/catalog.ts'
import { type Ancestry, isBehind, joinAncestry, type Place, type Position } from '../../../shared/model/position.ts'
import { type Problem, problem } from '../../../shared/model/problem.ts'
import { shellWord } from '../operations/shell-word.ts'

type Ahead = CatalogEntry & { readonly position: Position }

/**
 * A master that would give new registrations numbers which archives on record hold already: its data is older than they are, and no journal
 * shows it any more. Names the newest archive that is ahead, of whatever server: `master-behind-archives` with the command that restores the
 * master from its own newest, `master-behind-server-archives` where none of its own is ahead; null where none is. An archive of a line
 * that the master left at a lower number is not ahead.
 */
export function behindArchives(
  master: string,
  { position, ancestry }: Place,
  archives: readonly CatalogEntry[],
): Problem | null {
  const known = archives.reduce<Ancestry>((all, one) => joinAncestry(all, one.ancestry), ancestry)
  const ahead = archives.filter(
    (one): one is Ahead =>
      one.verifiedAt !== null &&
      one.position !== null &&
      isBehind(position, { position: one.position, ancestry: known }),
  )
  const newest = newestOf(ahead)
  if (newest === undefined) return null
  const { host, path, position: held } = newest
  const params = { master, change: position.number, host, path, archived: held.number }
  const own = newestOf(ahead.filter((one) => one.host === master))
  if (own === undefined) return problem('master-behind-server-archives', params)
  const command = `untenseki restore --server MASTER --from ${shellWord(own.path)} --yes`
  return problem('master-behind-archives', { ...params, command })
}

/** By catalog sequence, never by a clock. */
function newestOf(archives: readonly Ahead[]): Ahead | undefined {
  return [...archives].sort((one, other) => one.sequence - other.sequence).at(-1)
}
