import { changeSchema } from '../../../shared/model/change.ts'
import type { ReplicaReport, ReplicaState } from '../../../shared/model/directory.ts'
import { isAncestor, joinAncestry, sharedUpTo } from '../../../shared/model/position.ts'
import { fail, type Problem, ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import { type AddressOperations, addressOperations } from '../../wire/address-operations.ts'
import { createWireClient, type WireClient, WireError } from '../../wire/client.ts'
import type { ServiceLog } from '../process/log.ts'
import type { Directory } from './directory.ts'

/** One replica's loop: asks where it is, sends what follows, waits for more. */
export type Feeder = {
  readonly host: string
  /** The connection, for whoever else has to ask this server. */
  readonly client: WireClient<AddressOperations>
  /** New changes are durable. */
  wake(): void
  /** Sends everything that follows to a server that is 修復待ち; gives how far that brought it. Throws what hinders it. */
  feedForRepair(): Promise<ReplicaReport>
  /** Asks that server again where it is, without waiting for the end of a pause. */
  retry(): void
  /** Resolves with the next attempt or report of this server, at the latest after a quarter of a second. */
  news(): Promise<void>
  /** What hinders the feeding now; null while nothing does. */
  trouble(): { readonly state: ReplicaState; readonly problem: Problem } | null
  sending(): boolean
  stop(): Promise<void>
}

export type FeederHooks = {
  /** The server told how far it is. */
  heard(host: string, report: ReplicaReport): void
  /** Puts what follows `after` into this server's queue again, from the outbox or a journal. */
  requeue(host: string, after: number, signal: AbortSignal): Promise<void>
}

const batchSize = 200
/** Characters of the records in one message, but for a single larger one. */
const largestBatch = 1_500_000
const timeoutMs = 10_000
const firstPauseMs = 100
const longestPauseMs = 2_000
/** A server that has everything is asked again after this time: it may have been brought back from a copy. */
const idleMs = 1_000
const newsMs = 250

export function createFeeder(
  directory: Directory,
  host: string,
  socket: string,
  log: ServiceLog,
  { heard, requeue }: FeederHooks,
): Feeder {
  const client = createWireClient(socket, addressOperations, { timeoutMs })
  const ending = new AbortController()
  const { signal } = ending
  let trouble: ReturnType<Feeder['trouble']> = null
  let told = ''
  let woken = true
  let sending = false
  /** Neither the outbox nor a journal shows what follows this number: the journals are not read for that again. */
  let unshown: number | null = null
  let wakeUp = (): void => {}
  const curious = new Set<() => void>()
  const tellNews = (): void => {
    for (const tell of [...curious]) tell()
  }

  const queued = async (after: number) => {
    const rows = await directory.store.query(
      `SELECT record FROM (
         SELECT change.record, queue.number, sum(length(change.record)) OVER (ORDER BY queue.number) AS size
         FROM queue JOIN change ON change.number = queue.number
         WHERE queue.host = ? AND queue.number > ? AND queue.number <= ? ORDER BY queue.number LIMIT ?)
       WHERE size <= ? OR number = ? + 1 ORDER BY number`,
      [host, after, directory.position().number, batchSize, largestBatch, after],
    )
    return rows.map((row) => changeSchema.parse(JSON.parse(String(row.record))))
  }

  const nextBatch = async (after: number) => {
    const changes = await queued(after)
    if (changes[0]?.number === after + 1 || after === directory.position().number) return changes
    if (after !== unshown) await requeue(host, after, signal)
    const again = await queued(after)
    if (again[0]?.number === after + 1) return again
    unshown = after
    const given = again[0]?.number ?? directory.position().number
    throw fail('replica-diverged', { host, number: after, given })
  }

  /** Throws why this server cannot be fed, when it cannot. */
  const judge = async (report: ReplicaReport, repair: boolean): Promise<void> => {
    const own = directory.place()
    const theirs = { position: report.position, ancestry: report.ancestry }
    const joined = joinAncestry(own.ancestry, report.ancestry)
    const sameLine = report.position.timeline === own.position.timeline
    const unknown = !sameLine && sharedUpTo(own.position.timeline, { ...theirs, ancestry: joined }) !== null
    if (unknown || (sameLine && report.position.number > own.position.number)) {
      await prove(report, own.position.number)
      directory.becomePending({ why: 'behind-replica', ahead: host })
      throw fail('replica-newer', { host, records: Math.max(0, report.position.number - own.position.number) })
    }
    if (report.pending && !repair) throw fail('repair-pending', { host })
    if (isAncestor(report.position, { ...own, ancestry: joined })) return
    const shared = sharedUpTo(report.position.timeline, own)
    if (shared === null) {
      throw fail('replica-diverged', { host, number: report.position.number, given: own.position.number })
    }
    throw fail('replica-newer', { host, records: Math.max(0, report.position.number - shared) })
  }

  /**
   * A server is taken to be ahead of the master only when it can show a change that the master lacks. Those next to the master's last
   * may be shown by nobody, given up or not: they are missing all the same.
   */
  const prove = async ({ position }: ReplicaReport, after: number): Promise<void> => {
    if (position.number <= after) return
    const [next] = await client.call('changes.read', { after, limit: 1 })
    if (next !== undefined && next.number > after) return
    throw fail('replica-nonsense', { host, text: `change ${position.number} without any after ${after}` })
  }

  const catchUp = async (repair: boolean): Promise<ReplicaReport> => {
    let report = await client.call('replicate', { changes: [] })
    await judge(report, repair)
    heard(host, report)
    for (;;) {
      const own = directory.place()
      const { number } = report.position
      if (signal.aborted || (number === own.position.number && report.position.timeline === own.position.timeline))
        return report
      const changes = await nextBatch(number)
      sending = true
      const line = { position: own.position, ancestry: [...own.ancestry] }
      report = await client.call('replicate', {
        changes: changes.filter((one) => one.number <= own.position.number),
        line,
        ...(repair ? { repair } : {}),
      })
      const expected = changes.filter((one) => one.number <= own.position.number).at(-1)?.number ?? number
      if (report.position.number < expected) {
        throw fail('replica-nonsense', { host, text: `change ${report.position.number} after ${expected}` })
      }
      await judge(report, repair)
      heard(host, report)
      tellNews()
    }
  }

  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const loop = async (): Promise<void> => {
    let pause = firstPauseMs
    while (!signal.aborted) {
      try {
        woken = false
        await catchUp(false)
        if (trouble !== null) log.write('info', 'replica-reached', { replica: host })
        trouble = null
        told = ''
        pause = firstPauseMs
        sending = false
        tellNews()
        if (!woken && !signal.aborted) await rest(idleMs)
      } catch (error) {
        sending = false
        trouble = troubleOf(host, error)
        const text = toProblem(error).message.en
        if (text !== told) log.write('warning', 'replica-not-fed', { replica: host, state: trouble.state, text })
        told = text
        tellNews()
        if (!signal.aborted) await rest(pause)
        pause = Math.min(pause * 2, longestPauseMs)
      }
    }
    client.close()
  }
  const done = loop()

  return {
    host,
    client,
    news: () =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer)
          curious.delete(end)
          resolve()
        }
        const timer = setTimeout(end, newsMs)
        curious.add(end)
      }),
    trouble: () => trouble,
    feedForRepair: () => catchUp(true),
    sending: () => sending,
    wake: () => {
      woken = true
      // While the replica cannot be reached only the clock ends the pause.
      if (trouble === null) wakeUp()
    },
    retry: () => {
      woken = true
      wakeUp()
    },
    stop: async () => {
      ending.abort(fail('service-stopping'))
      client.close()
      wakeUp()
      await done
    },
  }
}

function troubleOf(host: string, error: unknown): { readonly state: ReplicaState; readonly problem: Problem } {
  if (error instanceof WireError) return { state: 'unreachable', problem: problem('address-service-down', { host }) }
  const found = toProblem(error)
  if (error instanceof ProblemError) {
    switch (found.code) {
      case 'repair-pending':
        return { state: 'repair-pending', problem: found }
      case 'replica-newer':
        return { state: 'newer', problem: found }
      case 'object-server-down':
      case 'service-stopping':
        return { state: 'unreachable', problem: found }
      default:
        break
    }
  }
  const text = found.code === 'internal' ? found.message.en : found.code
  return { state: 'diverged', problem: problem('replica-broken', { host, text }) }
}
