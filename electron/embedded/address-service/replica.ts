import type { Change } from '../../../shared/model/change.ts'
import type { Position } from '../../../shared/model/position.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { Directory } from './directory.ts'
import { entityStatements } from './entity-rows.ts'

/**
 * Applies the next changes on a replica, in one transaction with its position; what it already has is passed over. Throws
 * `replica-diverged` when they do not follow. Only inside the registration queue.
 */
export async function applyChanges(directory: Directory, changes: readonly Change[]): Promise<Position> {
  if (directory.master) throw fail('not-replica', { host: directory.host })
  await directory.settle()
  const { timeline, number } = directory.position()
  const fresh = changes.filter((change) => change.timeline !== timeline || change.number > number)
  fresh.forEach((change, index) => {
    if (change.timeline === timeline && change.number === number + index + 1) return
    throw fail('replica-diverged', { host: directory.host, number, given: change.number })
  })
  const statements = fresh.flatMap((change) =>
    entityStatements(change.after === null ? [] : [change.after], change.before === null ? [] : [change.before]),
  )
  await directory.commit(fresh, statements)
  return directory.position()
}
