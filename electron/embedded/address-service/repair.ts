import { randomBytes } from 'node:crypto'
import type { Change } from '../../../shared/model/change.ts'
import type { Domain } from '../../../shared/model/domain.ts'
import type { EntityKind } from '../../../shared/model/entity.ts'
import { hasUnmended } from '../../../shared/model/journal.ts'
import type { Owner } from '../../../shared/model/owner.ts'
import {
  type Attested,
  type ChangeRange,
  joinAncestry,
  type Position,
  samePlaceOf,
  type Timeline,
} from '../../../shared/model/position.ts'
import { fail, ProblemError, toProblem } from '../../../shared/model/problem.ts'
import { markedPlace, opensByRepair, type RepairPlan, type RepairReport } from '../../../shared/model/repair.ts'
import { type Gathered, gatherRecords, type RecordHolder } from '../../formats/gather-records.ts'
import { rangesText } from '../../formats/replay-plan.ts'
import type { Statement } from '../../wire/object-operations.ts'
import type { Directory } from './directory.ts'
import type { JobContext } from './maintenance.ts'
import { outboxStatements } from './outbox.ts'
import { type ReconcileTools, reconcile } from './reconcile.ts'
import { contentStatements } from './replica.ts'

/** What a repair works with. */
export type RepairTools = Omit<ReconcileTools, 'feeder'> & {
  readonly domain: Domain
  feederOf(host: string): ReconcileTools['feeder']
}

export type RepairWish = {
  readonly acceptLoss: readonly ChangeRange[]
  readonly operator: string
  readonly attested: Attested
}

/** Changes of one transaction. */
const batchSize = 500

/** Only inside the registration queue, or where nobody registers. */
async function gather({ directory, domain, feederOf }: RepairTools, attested: Attested): Promise<Gathered> {
  const holders = directory.replicas.map((host): RecordHolder => {
    const { client } = feederOf(host)
    return {
      host,
      ancestry: async () => (await client.call('replicate', { changes: [] })).ancestry,
      changes: (after) => client.call('changes.read', { after, limit: 500 }),
    }
  })
  const mark = directory.pending()
  const from = markedPlace(directory.place(), mark)
  return await gatherRecords(domain, directory.host, from, { paths: mark?.sources ?? [], holders, attested })
}

/** What a repair of the master would do now. */
export async function planMasterRepair(tools: RepairTools, attested: Attested): Promise<RepairPlan> {
  const { directory } = tools
  return await tools.run(async () => {
    await directory.settle()
    return toPlan(directory, await gather(tools, attested))
  })
}

function toPlan(directory: Directory, gathered: Gathered): RepairPlan {
  return { ...gathered.plan, host: directory.host, position: directory.position(), pending: directory.pending() }
}

/**
 * データ修復 of the master (design §6). The whole of it runs in the registration queue; at its end the mark goes. Whatever kills it
 * leaves the mark, and the replay is idempotent.
 */
export async function repairMaster(
  tools: RepairTools,
  { acceptLoss, operator, attested }: RepairWish,
  context: JobContext,
): Promise<RepairReport> {
  const { directory } = tools
  const report = await tools.run(async () => {
    await directory.settle()
    if (directory.pending() === null && !opensByRepair(directory.closed())) return await mendOnly(directory, operator)
    context.progress('collect', 0, 1)
    const gathered = await gather(tools, attested)
    const { plan, changes, ancestry } = gathered
    const from = directory.position()
    if (rangesText(plan.gaps) !== rangesText(acceptLoss) && plan.gaps.length > 0) {
      const corrupt = plan.corrupt.map(({ file, line, offset }) => `${file}:${line} (${offset})`).join(', ')
      throw fail('repair-gap', { host: directory.host, missing: rangesText(plan.gaps), corrupt: corrupt || '-' })
    }
    const timeline = newTimeline(plan.reaches, joinAncestry(ancestry, directory.place().ancestry), plan.gaps)
    const learn = joinAncestry(ancestry, [timeline])
    await replay(directory, changes, plan.gaps.length > 0 ? { timeline: timeline.id, learn } : null, context)
    context.progress('journals', 0, 1)
    const journals = await directory.mendJournals(repairer(directory, operator))
    await directory.commit([], [], { learn, to: { timeline: timeline.id, number: timeline.fork } })
    directory.endPending()
    const restoredInto = directory.hosts.map((host) => ({
      host,
      journal: journals.get(host) ?? 0,
      queue: directory.replicas.includes(host) ? changes.length : 0,
    }))
    return {
      host: directory.host,
      from,
      position: directory.position(),
      replayed: changes.length,
      restoredInto,
      newTimeline: timeline,
      lost: plan.gaps,
      corrupt: plan.corrupt,
      unasked: plan.unasked,
      mended: 0,
    }
  })
  return { ...report, mended: await bringReplicas(tools, report.unasked, context) }
}

const repairer = (directory: Directory, operator: string): Owner => ({
  operator,
  host: directory.host,
  pid: process.pid,
  kind: 'command',
})

/** Of a master that works, where only files beside the records are damaged: no record is touched, and no timeline begins. */
async function mendOnly(directory: Directory, operator: string): Promise<RepairReport> {
  const { host } = directory
  if (!hasUnmended(directory.journals()?.list() ?? [])) throw fail('repair-not-pending', { host })
  const added = await directory.mendJournals(repairer(directory, operator))
  const position = directory.position()
  return {
    host,
    from: position,
    position,
    replayed: 0,
    restoredInto: [...added].map(([each, journal]) => ({ host: each, journal, queue: 0 })),
    newTimeline: null,
    lost: [],
    corrupt: [],
    unasked: [],
    mended: 0,
  }
}

/** Every server that can be asked gets to where the master is; one that only a comparison can bring there is reconciled. */
async function bringReplicas(tools: RepairTools, unasked: readonly string[], context: JobContext): Promise<number> {
  const { directory } = tools
  let mended = 0
  const hosts = directory.replicas.filter((host) => !unasked.includes(host))
  for (const [index, host] of hosts.entries()) {
    context.progress('replicas', index, hosts.length)
    const feeder = tools.feederOf(host)
    feeder.retry()
    try {
      const quiet = { ...context, progress: () => {} }
      const report = await reconcile({ ...tools, feeder }, { host, newer: 'refuse', operator: '-' }, quiet)
      mended += report.repairedTotal
    } catch (error) {
      // The master is repaired all the same; replication shows how that server stands.
      if (toProblem(error).code === 'service-stopping') throw error
    }
  }
  return mended
}

/**
 * `over`: the timeline that gives up what is missing. The database stands on it from the first change on, in the same transaction, and
 * before the journals are mended where there is no change:
 * broken off anywhere, what was given up is not forgotten, nor asked again.
 */
async function replay(
  directory: Directory,
  changes: readonly Change[],
  over: { readonly timeline: string; readonly learn: readonly Timeline[] } | null,
  context: JobContext,
): Promise<void> {
  if (over !== null && changes.length === 0) {
    const { number } = directory.position()
    await directory.commit([], [], { learn: over.learn, to: { timeline: over.timeline, number }, unjournaled: true })
  }
  for (let index = 0; index < changes.length; index += batchSize) {
    context.signal.throwIfAborted()
    const batch = changes.slice(index, index + batchSize)
    const number = batch.at(-1)?.number ?? 0
    await directory.commit(
      batch,
      [
        ...batch.flatMap(contentStatements),
        ...outboxStatements(batch, directory.replicas),
        ...sequenceStatements(batch),
      ],
      over === null
        ? { learn: batch.at(-1)?.descent ?? [], unjournaled: true }
        : { learn: over.learn, to: { timeline: over.timeline, number }, unjournaled: true },
    )
    context.progress('replay', index + batch.length, changes.length)
  }
}

/** Ids that were generated after the data was copied are not generated again, not even where their bearer is gone. */
function sequenceStatements(changes: readonly Change[]): readonly Statement[] {
  const last = new Map<EntityKind, number>()
  for (const { action, after } of changes) {
    const generated = /^[uogb](\d{4,9})$/.exec(after?.id ?? '')?.[1]
    if (action !== 'register' || after === null || generated === undefined) continue
    last.set(after.kind, Math.max(last.get(after.kind) ?? 0, Number(generated)))
  }
  return [...last].map(([kind, number]) => ({
    sql: `INSERT INTO sequence (kind, last) VALUES (?, ?)
      ON CONFLICT (kind) DO UPDATE SET last = max(last, excluded.last)`,
    params: [kind, number],
  }))
}

function newTimeline(reaches: Position, ancestry: readonly Timeline[], lost: readonly ChangeRange[]): Timeline {
  const parent = samePlaceOf(reaches, ancestry).timeline
  const generation = Math.max(0, ...ancestry.map((one) => one.generation)) + 1
  return { id: randomBytes(8).toString('hex'), parent, fork: reaches.number, generation, lost: [...lost] }
}

/** データ修復 of another server: the master feeds it what it lacks, from the outbox or the journals, then compares the contents. */
export async function repairReplica(
  tools: ReconcileTools,
  { operator }: RepairWish,
  context: JobContext,
): Promise<RepairReport> {
  const { directory, feeder } = tools
  const { host } = feeder
  const refusal = directory.refusal()
  if (refusal !== null) throw new ProblemError(refusal)
  const asked = await feeder.client.call('replicate', { changes: [] }).catch((error: unknown) => {
    throw fail('address-service-down', { host }, error)
  })
  if (!asked.pending) throw fail('repair-not-pending', { host })
  context.progress('replay', 0, Math.max(0, directory.position().number - asked.position.number))
  const fed = await feeder.feedForRepair().catch(() => asked)
  const wish = { host, newer: 'refuse', operator, ofPending: true } as const
  const done = await reconcile(tools, wish, {
    signal: context.signal,
    progress: (_, at, total) => context.progress('compare', at, total),
  })
  if (done.outcome === 'newer') throw fail('replica-newer', { host, records: done.newerTotal })
  return {
    host,
    from: asked.position,
    position: done.position,
    replayed: Math.max(0, fed.position.number - asked.position.number),
    restoredInto: [],
    newTimeline: null,
    lost: [],
    corrupt: [],
    unasked: [],
    mended: done.repairedTotal,
  }
}
