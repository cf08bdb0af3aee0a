import type { Change } from '../../../shared/model/change.ts'
import type { ReplicaReport } from '../../../shared/model/directory.ts'
import { isAncestor, joinAncestry, type Place, type Position } from '../../../shared/model/position.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { Statement } from '../../wire/object-operations.ts'
import type { Directory } from './directory.ts'
import { entityStatements } from './entity-rows.ts'
import { recordStatements } from './records.ts'

export type Replicated = {
  readonly changes: readonly Change[]
  readonly line?: Place | undefined
  readonly repair?: boolean | undefined
}

/**
 * Applies the next changes on a replica, in one transaction with its position; what it already has is passed over. Throws
 * `replica-diverged` when they do not follow, `repair-pending`. Only inside the registration queue.
 */
export async function applyChanges(
  directory: Directory,
  { changes, line, repair }: Replicated,
): Promise<ReplicaReport> {
  if (directory.master) throw fail('not-replica', { host: directory.host })
  await directory.settle()
  const report = (): ReplicaReport => {
    const { position, ancestry } = directory.place()
    return { position, ancestry: [...ancestry], pending: directory.pending() !== null }
  }
  const last = changes.at(-1)
  const given: Place | undefined = line ?? (last && { position: positionOf(last), ancestry: last.descent ?? [] })
  if (given === undefined) return report()
  if (directory.pending() !== null && repair !== true) throw fail('repair-pending', { host: directory.host })

  const { position, ancestry } = directory.place()
  const { number } = position
  const known = { position: given.position, ancestry: joinAncestry(ancestry, given.ancestry) }
  const diverged = (next: number) => fail('replica-diverged', { host: directory.host, number, given: next })
  if (!isAncestor(position, known)) throw diverged(changes[0]?.number ?? given.position.number)
  const fresh = changes.filter((change) => change.number > number)
  fresh.forEach((change, index) => {
    if (change.number !== number + index + 1 || !isAncestor(positionOf(change), known)) throw diverged(change.number)
  })
  const through = fresh.at(-1)
  const reached = through === undefined ? position : positionOf(through)
  const to = reached.number === given.position.number ? given.position : reached
  if (through === undefined && to.timeline === position.timeline) return report()
  await directory.commit(fresh, [...fresh.flatMap(contentStatements), ...recordStatements(fresh)], {
    learn: given.ancestry,
    to,
  })
  return report()
}

function positionOf({ timeline, number }: Change): Position {
  return { timeline, number }
}

/** Statements that leave what a change is about as it is after the change, whatever it was like before. */
export function contentStatements({ before, after }: Change): readonly Statement[] {
  const removed = [before, after].flatMap((entity) => (entity === null ? [] : [entity]))
  return entityStatements(after === null ? [] : [after], removed)
}
