import type { Change } from '../../../shared/model/change.ts'
import { type ChangeRange, historyOf, isPartOf, type Place } from '../../../shared/model/position.ts'
import { fail, toProblem } from '../../../shared/model/problem.ts'
import { toRanges } from '../../formats/replay-plan.ts'
import { missingWindow } from '../../wire/address-operations.ts'
import type { Directory } from './directory.ts'
import type { Feeder } from './feeder.ts'
import type { JobContext } from './maintenance.ts'
import { readChanges } from './read-changes.ts'
import type { ReconcileTools } from './reconcile.ts'
import { keptChanges } from './records.ts'

/** Changes of one message. */
const pageChanges = 200

/**
 * Puts on record at a server what that lacks of the master's changes after `after`, as far as it would keep them and the outbox or a
 * journal shows them: a server that was compared has the contents of changes that nobody ever sent it, and may be the last to tell of
 * them. The outbox first: what that drops meanwhile is in the journals. Gives the master's last change at that time. Broken off anywhere it
 * is begun again, and goes on where it was.
 */
export async function sendRecords(
  { directory, feeder }: Pick<ReconcileTools, 'directory' | 'feeder'>,
  after: number,
  context: JobContext,
): Promise<number> {
  const place = placeOf(directory)
  const history = historyOf(place)
  const missing = await missingAt(feeder, place, after, context.signal)
  const wanted = new Set<number>()
  for (const { first, last } of missing) for (let number = first; number <= last; number += 1) wanted.add(number)
  const total = wanted.size
  const send = async (page: readonly Change[]): Promise<void> => {
    context.signal.throwIfAborted()
    const changes = page.filter((change) => wanted.has(change.number) && isPartOf(history, change))
    if (changes.length === 0) return
    context.progress('records', total - wanted.size, total)
    await feeder.client.call('changes.keep', { place, changes })
    for (const { number } of changes) wanted.delete(number)
  }
  for (let through = 0; ; ) {
    const next = missing.find(({ last }) => last > through)
    const page =
      next === undefined ? [] : await readChanges(directory.store, Math.max(through, next.first - 1), pageChanges)
    const end = page.at(-1)
    if (end === undefined) break
    await send(page)
    through = end.number
  }
  for await (const page of directory.journalChanges(toRanges([...wanted]), context.signal)) await send(page)
  return place.position.number
}

/**
 * Throws `service-outdated` where a server's service is none that can be given records: nothing is to be changed there that would end
 * half done.
 */
export async function assertTakesRecords(directory: Directory, { client, host }: Feeder): Promise<void> {
  const place = placeOf(directory)
  const { number } = place.position
  try {
    await client.call('changes.missing', { place, after: number, through: number })
  } catch (error) {
    throw toProblem(error).code === 'operation-unknown' ? fail('service-outdated', { host }, error) : error
  }
}

function placeOf(directory: Directory) {
  const { position, ancestry } = directory.place()
  return { position, ancestry: [...ancestry] }
}

/** Throws `replica-nonsense` for what is out of order or was not asked for. */
async function missingAt(
  { client, host }: Feeder,
  { position, ancestry }: Place,
  after: number,
  signal: AbortSignal,
): Promise<readonly ChangeRange[]> {
  const missing: ChangeRange[] = []
  const place = { position, ancestry: [...ancestry] }
  for (let next = Math.max(after, position.number - keptChanges); next < position.number; ) {
    signal.throwIfAborted()
    const through = Math.min(next + missingWindow, position.number)
    for (const { first, last } of await client.call('changes.missing', { place, after: next, through })) {
      if (first <= next || last > through) throw fail('replica-nonsense', { host, text: `it lacks ${first}-${last}` })
      missing.push({ first, last })
      next = last
    }
    next = through
  }
  return missing
}
