import type { Replica, ReplicaReport } from '../../../shared/model/directory.ts'
import { fail, problem } from '../../../shared/model/problem.ts'
import type { Statement } from '../../wire/object-operations.ts'
import type { ServiceLog } from '../process/log.ts'
import type { Directory } from './directory.ts'
import { createFeeder, type Feeder, type FeederHooks } from './feeder.ts'

/** Feeds the replicas from the durable queues. */
export type ReplicationSender = {
  /** New changes are durable. */
  wake(): void
  /** What the replicas reported since the last transaction, as statements that drop their queue rows. */
  takeErrand(): { readonly statements: readonly Statement[]; done(took: boolean): void }
  status(): Promise<readonly Replica[]>
  /** The feeder of one server. Throws `not-replica`. */
  feeder(host: string): Feeder
  stop(): Promise<void>
}

/** Reports of replicas ride along with the next registration; without one they are recorded after this time. */
const flushMs = 200

type Heard = { readonly report: ReplicaReport; readonly at: string }

/** `flush` asks for a transaction of their own for reports that no registration took along; `run` works in the registration queue. */
export function createReplicationSender(
  directory: Directory,
  socketOf: (host: string) => string,
  log: ServiceLog,
  flush: () => void,
  requeue: FeederHooks['requeue'],
): ReplicationSender {
  const unrecorded = new Map<string, Heard>()
  let flushing: NodeJS.Timeout | null = null
  const latest = new Map<string, Heard>()
  const recorded = new Map<string, string>()
  const heard = (host: string, report: ReplicaReport): void => {
    const now = { report, at: new Date().toISOString() }
    latest.set(host, now)
    const text = JSON.stringify(report.position)
    if (recorded.get(host) === text) return
    recorded.set(host, text)
    unrecorded.set(host, now)
    flushing ??= setTimeout(() => {
      flushing = null
      flush()
    }, flushMs)
  }
  const feeders = directory.replicas.map((host) =>
    createFeeder(directory, host, socketOf(host), log, { heard, requeue }),
  )

  return {
    wake: () => {
      for (const feeder of feeders) feeder.wake()
    },
    feeder: (host) => {
      const found = feeders.find((one) => one.host === host)
      if (found === undefined) throw fail('not-replica', { host })
      return found
    },
    takeErrand: () => {
      const taken = new Map(unrecorded)
      unrecorded.clear()
      return {
        statements: [...taken].flatMap(([host, { report, at }]) => recordStatements(host, report, at)),
        done: (took) => {
          if (took) return
          for (const [host, heard] of taken) if (!unrecorded.has(host)) unrecorded.set(host, heard)
        },
      }
    },
    status: async () => {
      const own = directory.position()
      const asked = feeders.map(({ host }) => [host, latest.get(host)?.report.position.number ?? 0])
      const rows = await directory.store.query(
        `SELECT asked.value ->> 0 AS host, replica.timeline, replica.number, replica.heard_at,
            (SELECT count(*) FROM queue WHERE host = asked.value ->> 0 AND number > asked.value ->> 1) AS waiting,
            (SELECT change.record ->> 'at' FROM change WHERE change.number = (
              SELECT min(number) FROM queue WHERE host = asked.value ->> 0 AND number > asked.value ->> 1)) AS oldest
          FROM json_each(?) AS asked LEFT JOIN replica ON replica.host = asked.value ->> 0`,
        [JSON.stringify(asked)],
      )
      return rows.map((row): Replica => {
        const host = String(row.host)
        const feeder = feeders.find((one) => one.host === host)
        const stored = row.timeline === null ? null : { timeline: String(row.timeline), number: Number(row.number) }
        const newest = latest.get(host)
        const applied = newest?.report.position ?? stored
        const trouble = judged(directory, feeder?.trouble() ?? null)
        const equal = applied?.timeline === own.timeline && applied.number === own.number
        const idle = equal ? 'complete' : feeder?.sending() ? 'processing' : 'waiting'
        return {
          host,
          state: trouble?.state ?? idle,
          waiting: Number(row.waiting),
          oldestAt: row.oldest === null ? null : String(row.oldest),
          applied,
          lastHeard: newest?.at ?? (row.heard_at === null ? null : String(row.heard_at)),
          problem: trouble?.problem ?? null,
        }
      })
    },
    stop: async () => {
      await Promise.all(feeders.map((feeder) => feeder.stop()))
      if (flushing !== null) clearTimeout(flushing)
      flush()
    },
  }
}

/**
 * A master that waits for its own repair is the one that is behind: nothing that another server holds is at fault, and what is to be
 * done is that repair. Until then records wait.
 */
function judged(directory: Directory, trouble: ReturnType<Feeder['trouble']>): ReturnType<Feeder['trouble']> {
  const atFault = trouble?.state === 'newer' || trouble?.state === 'diverged'
  if (directory.pending() === null || !atFault) return trouble
  return { state: 'waiting', problem: problem('repair-pending', { host: directory.host }) }
}

/** A report counts only after the master has judged it to be of its own line: what it has is no longer queued. */
function recordStatements(host: string, { position }: ReplicaReport, at: string): readonly Statement[] {
  return [
    {
      sql: `INSERT INTO replica (host, timeline, number, heard_at) VALUES (?, ?, ?, ?) ON CONFLICT (host) DO UPDATE
        SET timeline = excluded.timeline, number = excluded.number, heard_at = excluded.heard_at`,
      params: [host, position.timeline, position.number, at],
    },
    { sql: 'DELETE FROM queue WHERE host = ? AND number <= ?', params: [host, position.number] },
  ]
}
