import type { Change } from '../../../shared/model/change.ts'
import type { ChangeRange, Place } from '../../../shared/model/position.ts'
import { fail } from '../../../shared/model/problem.ts'
import { createRecordPool, takeHistory } from '../../formats/replay-plan.ts'
import { mostMissing } from '../../wire/address-operations.ts'
import type { Feeder } from './feeder.ts'
import type { JobContext } from './maintenance.ts'
import { readChanges } from './read-changes.ts'
import type { ReconcileTools } from './reconcile.ts'

/** Changes of one message, and characters of their records, but for a single longer one. */
const pageChanges = 200
const pageLength = 1_500_000

/**
 * Puts on record at a server what that lacks of the master's changes after `after`, in order, as far as the outbox or a journal shows
 * them: a server that was compared has the contents of changes that nobody ever sent it, and may be the last to tell of them. Gives the
 * master's last change at that time. Broken off anywhere it is begun again, and goes on where it was.
 */
export async function sendRecords(
  { directory, feeder, run }: Pick<ReconcileTools, 'directory' | 'feeder' | 'run'>,
  after: number,
  context: JobContext,
): Promise<number> {
  const { position, ancestry } = directory.place()
  const place = { position, ancestry: [...ancestry] }
  const missing = await missingAt(feeder, place, after)
  if (missing.length === 0) return position.number
  const pool = createRecordPool((number) => missing.some(({ first, last }) => first <= number && number <= last))
  let read = 0
  for (const { first, last } of missing) {
    for (let next = Math.max(first - 1, read); next < last; next = read) {
      context.signal.throwIfAborted()
      const found = await readChanges(directory.store, next, 1_000)
      for (const change of found) pool.add(change)
      read = found.at(-1)?.number ?? position.number
    }
  }
  const taken = () =>
    missing.map(({ first, last }) =>
      takeHistory({ position: { ...position, number: last }, ancestry }, first - 1, pool),
    )
  const lacking = taken().flatMap((one) => one.missing)
  for (const change of await run(async () => directory.journalChanges(lacking))) pool.add(change)
  const changes = taken().flatMap((one) => one.changes)
  let done = 0
  for (const page of pagesOf(changes)) {
    context.signal.throwIfAborted()
    context.progress('records', done, changes.length)
    await feeder.client.call('changes.keep', { place, changes: page })
    done += page.length
  }
  return position.number
}

/** Throws `replica-nonsense` for what is out of order or beyond the place: it would be looked for without an end. */
async function missingAt({ client, host }: Feeder, place: Place, after: number): Promise<readonly ChangeRange[]> {
  const missing: ChangeRange[] = []
  const given = { position: place.position, ancestry: [...place.ancestry] }
  for (let next = after; ; ) {
    const found = await client.call('changes.missing', { place: given, after: next })
    for (const { first, last } of found) {
      if (first <= next || last > place.position.number)
        throw fail('replica-nonsense', { host, text: `it lacks ${first}-${last}` })
      next = last
    }
    missing.push(...found)
    if (found.length < mostMissing) return missing
  }
}

/** Pages that each make a message of bounded length. */
function pagesOf(changes: readonly Change[]): Change[][] {
  const pages: Change[][] = []
  let room = 0
  for (const change of changes) {
    const length = JSON.stringify(change).length
    const page = pages.at(-1)
    if (page === undefined || page.length === pageChanges || length > room) {
      pages.push([change])
      room = pageLength - length
    } else {
      page.push(change)
      room -= length
    }
  }
  return pages
}
