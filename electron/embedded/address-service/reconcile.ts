import type { Change } from '../../../shared/model/change.ts'
import type { ReplicaReport } from '../../../shared/model/directory.ts'
import type { Entity } from '../../../shared/model/entity.ts'
import { isAncestor, joinAncestry, type Place, sharedUpTo } from '../../../shared/model/position.ts'
import { fail, ProblemError } from '../../../shared/model/problem.ts'
import type { NewerChoice, ReconcileReport } from '../../../shared/model/reconcile.ts'
import type { EntityKey } from '../../wire/address-operations.ts'
import { bringBack, type Edits } from './bring-back.ts'
import { endKey, firstKey, readBounds, readDigests, readRange, rowsOf } from './contents.ts'
import type { Directory } from './directory.ts'
import type { Feeder } from './feeder.ts'
import type { JobContext } from './maintenance.ts'
import { assertTakesRecords, sendRecords } from './send-records.ts'

/** What reconciling works with. */
export type ReconcileTools = {
  readonly directory: Directory
  readonly feeder: Feeder
  /** Runs alone in the registration queue. */
  run<Result>(task: () => Promise<Result>): Promise<Result>
  readonly edits: Edits
}

export type ReconcileWish = {
  readonly host: string
  readonly newer: NewerChoice
  readonly operator: string /** Part of that server's own repair. */
  readonly ofPending?: boolean
}

/** Digests of one part, 4,096 rows: what registrations wait for at a time. */
const partDigests = 128
const listed = 1_000
const settleMs = 15_000

/**
 * 整合性確保 of one server. On the master's line, what waits is sent first; else its contents are compared and mended as a whole and
 * it is put onto that line at the end, with the records of all changes on it. Records that only it holds are never overwritten unasked.
 */
export async function reconcile(
  tools: ReconcileTools,
  { host, newer, operator, ofPending }: ReconcileWish,
  context: JobContext,
): Promise<ReconcileReport> {
  const { directory, feeder } = tools
  const closed = directory.refusal()
  if (closed !== null) throw new ProblemError(closed)
  let report = await ask(feeder)
  if (report.pending && ofPending !== true) throw fail('repair-pending', { host })
  await assertTakesRecords(directory, feeder)
  const only = await newerRecords(tools, report)
  const result: ReconcileReport = {
    host,
    outcome: 'done',
    position: report.position,
    sent: 0,
    compared: 0,
    repaired: [],
    repairedTotal: 0,
    newer: only.slice(0, listed),
    newerTotal: only.length,
    broughtBack: [],
  }
  if (only.length > 0 && newer === 'refuse') return { ...result, outcome: 'newer' }
  if (only.length > 0 && newer === 'bring-back') {
    context.progress('bring-back', 0, only.length)
    result.broughtBack.push(...(await bringBack(directory, tools.edits, only, operator)))
    // What could not be brought back must not be overwritten after all.
    if (result.broughtBack.some(({ code }) => code !== null)) return { ...result, outcome: 'newer' }
  }
  const before = report.position.number
  const fed = await feed(tools, report, context)
  if (fed !== null) {
    result.sent = Math.max(0, fed.position.number - before)
    report = fed
    await compare(tools, result, context, false)
    await sendRecords(tools, 0, context)
  } else {
    await compare(tools, result, context, true)
    const through = await sendRecords(tools, 0, context)
    // What was registered meanwhile: once more over everything, and nobody registers until the server stands where we do.
    await tools.run(async () => {
      await compare(tools, result, context, true, inTurn)
      await sendRecords(tools, through, context)
      report = await feeder.client.call('contents.adopt', { place: sent(directory.place()) })
    })
  }
  feeder.retry()
  return { ...result, position: report.position }
}

async function ask(feeder: Feeder): Promise<ReplicaReport> {
  try {
    return await feeder.client.call('replicate', { changes: [] })
  } catch (error) {
    throw fail('address-service-down', { host: feeder.host }, error)
  }
}

const sent = ({ position, ancestry }: Place) => ({ position, ancestry: [...ancestry] })

/** Whether a server's report is on the master's line, so that sending what follows is enough. */
function follows(directory: Directory, report: ReplicaReport): boolean {
  const own = directory.place()
  return isAncestor(report.position, { ...own, ancestry: joinAncestry(own.ancestry, report.ancestry) })
}

/** Records of that server that are no part of the master's history. */
async function newerRecords({ directory, feeder }: ReconcileTools, report: ReplicaReport): Promise<readonly Change[]> {
  if (follows(directory, report)) return []
  const own = directory.place()
  const lost = own.ancestry.flatMap((one) => one.lost)
  const known = [report.position.timeline, ...report.ancestry.flatMap(({ id, parent }) => [id, parent])]
  const shared = Math.max(0, ...known.map((timeline) => sharedUpTo(timeline, own) ?? 0))
  const found: Change[] = []
  let after = Math.max(0, Math.min(shared, ...lost.map(({ first }) => first - 1)))
  for (;;) {
    const changes = await feeder.client.call('changes.read', { after, limit: 500 })
    const last = changes.at(-1)
    if (last === undefined || last.number <= after) return found
    found.push(
      ...changes.filter(({ timeline, number }) => {
        const there = sharedUpTo(timeline, own)
        const givenUp = lost.some((range) => range.first <= number && number <= range.last)
        return there === null || number > there || givenUp
      }),
    )
    after = last.number
  }
}

/** Sends what waits; null when that cannot bring the server to where the master is. */
async function feed(
  { directory, feeder }: ReconcileTools,
  report: ReplicaReport,
  context: JobContext,
): Promise<ReplicaReport | null> {
  if (!follows(directory, report) || report.pending) return null
  const deadline = Date.now() + settleMs
  let newest = report
  feeder.retry()
  for (let known = report.position.number; ; ) {
    context.signal.throwIfAborted()
    const own = directory.position()
    const { timeline, number } = newest.position
    context.progress('send', number - report.position.number, own.number - report.position.number)
    if (timeline === own.timeline && number === own.number) return newest
    if (feeder.trouble()?.state === 'diverged') return null
    if (number === known && Date.now() > deadline) return null
    await feeder.news()
    newest = await ask(feeder)
    known = number
  }
}

type InQueue = <Result>(task: () => Promise<Result>) => Promise<Result>

/** For whoever is in the queue already. */
const inTurn: InQueue = (task) => task()

/** Compares all contents a part at a time and mends what differs; registrations wait for one part at most. */
async function compare(
  tools: ReconcileTools,
  result: ReconcileReport,
  context: JobContext,
  loose: boolean,
  inQueue: InQueue = tools.run,
): Promise<void> {
  const { store } = tools.directory
  const [count] = await store.query('SELECT count(*) AS total FROM entity')
  const total = Number(count?.total ?? 0)
  let done = 0
  for (let from = firstKey; ; ) {
    context.signal.throwIfAborted()
    const next = await inQueue(async () => {
      const bounds = await readBounds(store, from, partDigests)
      done += await comparePart(tools, result, from, bounds, loose)
      return bounds.at(-1) ?? endKey
    })
    context.progress('compare', Math.min(done, total), total)
    if (next[0] === endKey[0]) break
    from = next
  }
  result.compared = done
}

/** One part, with nobody registering meanwhile; gives how many rows it had. */
async function comparePart(
  { directory, feeder }: ReconcileTools,
  result: ReconcileReport,
  from: EntityKey,
  bounds: readonly EntityKey[],
  loose: boolean,
): Promise<number> {
  const { client } = feeder
  const at = loose ? (await ask(feeder)).position : await standsWithUs(directory, feeder)
  const [ours, theirs] = await Promise.all([
    readDigests(directory.store, from, bounds),
    client.call('contents.digests', { from, bounds: [...bounds] }),
  ])
  const compared = ours.reduce((sum, digest) => sum + rowsOf(digest), 0)
  const put: Entity[] = []
  const remove: Entity[] = []
  for (const [index, end] of bounds.entries()) {
    const begin = index === 0 ? from : bounds[index - 1]
    if (begin === undefined || ours[index] === theirs[index]) continue
    const [mine, other] = await Promise.all([
      readRange(directory.store, begin, end),
      client.call('contents.rows', { from: begin, to: end }),
    ])
    const known = new Map(other.map((entity) => [nameOf(entity), entity]))
    const differ = mine.filter((entity) => !same(entity, known.get(nameOf(entity))))
    const kept = new Set(mine.map(nameOf))
    const extra = other.filter((entity) => !kept.has(nameOf(entity)))
    if (differ.length + extra.length === 0)
      throw fail('replica-nonsense', { host: feeder.host, text: 'a wrong digest' })
    put.push(...differ)
    remove.push(...extra)
  }
  if (put.length + remove.length === 0) return compared
  // One transaction a part: what is synced there is what takes the time.
  await client.call('contents.mend', { at, put, remove: remove.map(({ kind, id }) => [kind, id]) })
  result.repairedTotal += put.length + remove.length
  const all = [
    ...put.map((entity) => ({ action: 'put' as const, entity })),
    ...remove.map((entity) => ({ action: 'remove' as const, entity })),
  ]
  result.repaired.push(...all.slice(0, Math.max(0, listed - result.repaired.length)))
  return compared
}

const nameOf = ({ kind, id }: Entity): string => `${kind} ${id}`

function same(one: Entity, other: Entity | undefined): boolean {
  return other !== undefined && JSON.stringify(ordered(one)) === JSON.stringify(ordered(other))
}

function ordered({ kind, id, name, organizationId, host, parentId, members }: Entity) {
  return [kind, id, name, organizationId, host, parentId ?? null, members ?? null]
}

/** Waits until the server has all that the master has; nobody registers meanwhile. */
async function standsWithUs(directory: Directory, feeder: Feeder): Promise<ReplicaReport['position']> {
  const own = directory.position()
  const deadline = Date.now() + settleMs
  for (;;) {
    const { position } = await ask(feeder)
    if (position.timeline === own.timeline && position.number === own.number) return position
    const trouble = feeder.trouble()
    if (Date.now() > deadline || trouble?.state === 'diverged' || trouble?.state === 'newer') {
      throw fail('replica-diverged', { host: feeder.host, number: position.number, given: own.number })
    }
    feeder.retry()
    await feeder.news()
  }
}
