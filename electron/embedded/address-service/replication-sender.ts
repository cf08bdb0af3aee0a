import { changeSchema } from '../../../shared/model/change.ts'
import type { Replica } from '../../../shared/model/directory.ts'
import type { Position } from '../../../shared/model/position.ts'
import { fail, problem, toProblem } from '../../../shared/model/problem.ts'
import { addressOperations } from '../../wire/address-operations.ts'
import { createWireClient } from '../../wire/client.ts'
import type { Statement } from '../../wire/object-operations.ts'
import type { ServiceLog } from '../process/log.ts'
import type { Directory } from './directory.ts'

/** Feeds the replicas from the durable queues. */
export type ReplicationSender = {
  /** New changes are durable. */
  wake(): void
  /** What the replicas reported since the last transaction, as statements that drop their queue rows. */
  takeErrand(): { readonly statements: readonly Statement[]; done(took: boolean): void }
  status(): Promise<readonly Replica[]>
  stop(): Promise<void>
}

const batchSize = 200
const timeoutMs = 10_000
const firstPauseMs = 100
const longestPauseMs = 2_000

/** Reports of replicas ride along with the next registration; without one they are recorded after this time. */
const flushMs = 200

type Heard = { readonly position: Position; readonly at: string }

/** `flush` asks for a transaction of their own for reports that no registration took along. */
export function createReplicationSender(
  directory: Directory,
  socketOf: (host: string) => string,
  log: ServiceLog,
  flush: () => void,
): ReplicationSender {
  const unrecorded = new Map<string, Heard>()
  let flushing: NodeJS.Timeout | null = null
  const hear = (host: string, position: Position): void => {
    unrecorded.set(host, { position, at: new Date().toISOString() })
    flushing ??= setTimeout(() => {
      flushing = null
      flush()
    }, flushMs)
  }
  const feeders = directory.replicas.map((host) => createFeeder(directory, host, socketOf(host), log, hear))

  return {
    wake: () => {
      for (const feeder of feeders) feeder.wake()
    },
    takeErrand: () => {
      const taken = new Map(unrecorded)
      unrecorded.clear()
      return {
        statements: [...taken].flatMap(([host, heard]) => recordStatements(host, heard)),
        done: (took) => {
          if (took) return
          for (const [host, heard] of taken) if (!unrecorded.has(host)) unrecorded.set(host, heard)
        },
      }
    },
    status: async () => {
      const own = directory.position().timeline
      const asked = directory.replicas.map((host) => {
        const heard = unrecorded.get(host)?.position
        return [host, heard?.timeline === own ? heard.number : 0]
      })
      const rows = await directory.store.query(
        `SELECT asked.value ->> 0 AS host, replica.timeline, replica.number, replica.heard_at,
            (SELECT count(*) FROM queue WHERE host = asked.value ->> 0 AND number > asked.value ->> 1) AS waiting
          FROM json_each(?) AS asked LEFT JOIN replica ON replica.host = asked.value ->> 0`,
        [JSON.stringify(asked)],
      )
      return rows.map((row) => {
        const host = String(row.host)
        const stored = row.timeline === null ? null : { timeline: String(row.timeline), number: Number(row.number) }
        const heard = unrecorded.get(host)
        const lastHeard = heard?.at ?? (row.heard_at === null ? null : String(row.heard_at))
        return { host, waiting: Number(row.waiting), applied: heard?.position ?? stored, lastHeard }
      })
    },
    stop: async () => {
      await Promise.all(feeders.map((feeder) => feeder.stop()))
      if (flushing !== null) clearTimeout(flushing)
      flush()
    },
  }
}

function recordStatements(host: string, { position, at }: Heard): readonly Statement[] {
  return [
    {
      sql: `INSERT INTO replica (host, timeline, number, heard_at) VALUES (?, ?, ?, ?) ON CONFLICT (host) DO UPDATE
        SET timeline = excluded.timeline, number = excluded.number, heard_at = excluded.heard_at`,
      params: [host, position.timeline, position.number, at],
    },
    {
      sql: 'DELETE FROM queue WHERE host = ? AND number <= ? AND (SELECT timeline FROM state WHERE id = 1) = ?',
      params: [host, position.number, position.timeline],
    },
  ]
}

/** One replica's loop: asks where it is, sends what follows, waits for more; after a failure it waits longer each time. */
function createFeeder(
  directory: Directory,
  host: string,
  socket: string,
  log: ServiceLog,
  hear: (host: string, position: Position) => void,
) {
  const client = createWireClient(socket, addressOperations, { timeoutMs })
  let stopped = false
  let failing = ''
  let woken = true
  let applied: Position | null = null
  let wakeUp = (): void => {}

  const send = async (after: number): Promise<Position> => {
    const rows = await directory.store.query(
      `SELECT change.record FROM queue JOIN change ON change.number = queue.number
        WHERE queue.host = ? AND queue.number > ? AND queue.number <= ? ORDER BY queue.number LIMIT ?`,
      [host, after, directory.position().number, batchSize],
    )
    const changes = rows.map((row) => changeSchema.parse(JSON.parse(String(row.record))))
    if (changes[0]?.number !== after + 1) {
      throw fail('replica-diverged', { host, number: after, given: changes[0]?.number ?? directory.position().number })
    }
    return await client.call('replicate', { changes })
  }

  const catchUp = async (): Promise<void> => {
    if (applied === null) {
      applied = await client.call('replicate', { changes: [] })
      hear(host, applied)
    }
    for (;;) {
      const own = directory.position()
      if (applied.timeline !== own.timeline || applied.number > own.number) {
        const behind = applied.timeline === own.timeline
        if (behind)
          directory.closeRegistrations(
            problem('directory-behind', { number: own.number, by: host, other: applied.number }),
          )
        throw fail('replica-diverged', { host, number: applied.number, given: own.number })
      }
      if (stopped || applied.number === own.number) return
      applied = await send(applied.number)
      hear(host, applied)
    }
  }

  const rest = (ms: number | null): Promise<void> =>
    new Promise((resolve) => {
      const timer = ms === null ? null : setTimeout(resolve, ms)
      wakeUp = () => {
        if (timer !== null) clearTimeout(timer)
        resolve()
      }
    })

  const loop = async (): Promise<void> => {
    let pause = firstPauseMs
    while (!stopped) {
      try {
        woken = false
        await catchUp()
        if (failing !== '') log.write('info', 'replica-reached', { replica: host })
        failing = ''
        pause = firstPauseMs
        if (!woken && !stopped) await rest(null)
      } catch (error) {
        applied = null
        const why = toProblem(error)
        const text = why.code === 'internal' ? why.message.en : why.code
        if (text !== failing) log.write('warning', 'replica-not-fed', { replica: host, text })
        failing = text
        if (!stopped) await rest(pause)
        pause = Math.min(pause * 2, longestPauseMs)
      }
    }
    client.close()
  }
  const done = loop()

  return {
    wake: () => {
      woken = true
      // While the replica cannot be reached only the clock ends the pause.
      if (failing === '') wakeUp()
    },
    stop: async () => {
      stopped = true
      client.close()
      wakeUp()
      await done
    },
  }
}
