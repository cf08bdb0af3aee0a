import type { Domain } from '../../../shared/model/domain.ts'
import type { Place } from '../../../shared/model/position.ts'
import { fail, ProblemError } from '../../../shared/model/problem.ts'
import { markedPlace, type RepairPlan, repairProgressSchema } from '../../../shared/model/repair.ts'
import type { ArchiveCatalog } from '../../core/ports/archive-catalog.ts'
import type { DataRepair, InspectOptions } from '../../core/ports/data-repair.ts'
import { type Gathered, gatherRecords, type RecordHolder } from '../../formats/gather-records.ts'
import { openAppender } from '../../formats/journal-file.ts'
import { encodeRecord } from '../../formats/journal-record.ts'
import { readRepairMark, repairMarkPath } from '../../formats/repair-mark.ts'
import { type AddressServices, followJob } from './address-services.ts'
import { storedRecords } from './stored-records.ts'

/**
 * データ修復 through the embedded address services, and from the journals on the master's disk while they are down. What the archives on
 * record attest is missed where nobody holds it.
 */
export function createDataRepair(
  domain: Domain,
  services: AddressServices,
  { attested }: Pick<ArchiveCatalog, 'attested'>,
): DataRepair {
  const { master, others, ask } = services
  const asked = (host: string): RecordHolder => ({
    host,
    ancestry: async () => (await ask(host, 'status', {})).ancestry,
    changes: (after) => ask(host, 'changes.read', { after, limit: 500 }),
  })
  /** The master's own data in force, which may be the last to hold a record: by its service, or as it lies on the disk while that is down. */
  const inForce = async (): Promise<RecordHolder> => {
    const server = domain.servers.find(({ host }) => host === master)
    const up = await ask(master, 'status', {}).then(
      () => true,
      () => false,
    )
    return up || server === undefined ? asked(master) : storedRecords(server)
  }
  const gather = async (from: Place, paths: readonly string[]): Promise<Gathered> => {
    const holders = [await inForce(), ...others.map(asked)]
    return gatherRecords(domain, master, from, { paths, holders, attested: wired() })
  }
  /** As it goes over the wire. */
  const wired = () => {
    const { positions, ancestry } = attested()
    return { positions: [...positions], ancestry: [...ancestry] }
  }

  const markOf = (host: string) => {
    const server = domain.servers.find((one) => one.host === host)
    const hosts = domain.servers.map((one) => one.host).join(', ')
    if (server === undefined) throw fail('server-unknown', { host, hosts })
    return readRepairMark(repairMarkPath(server))
  }

  /** Another server gets everything from the master, which has or restores what it needs. */
  const planOther = async (host: string, { from, reaches }: InspectOptions): Promise<RepairPlan> => {
    const own = reaches ?? (await ask(master, 'status', {})).position
    const position = from?.position ?? (await ask(host, 'status', {})).position
    const records = Math.max(0, own.number - position.number)
    return {
      host,
      position,
      pending: markOf(host),
      reaches: own,
      replay: records === 0 ? [] : [{ first: position.number + 1, last: own.number }],
      records,
      gaps: [],
      corrupt: [],
      sources: [],
      unasked: [],
    }
  }

  return {
    inspect: async (host, options = {}) => {
      const { from, sources = [] } = options
      const pending = markOf(host)
      if (host !== master) return await planOther(host, options)
      if (from === undefined) return await ask(master, 'repair.plan', { attested: wired() })
      const { plan } = await gather(markedPlace(from, pending), [...(pending?.sources ?? []), ...sources])
      return { ...plan, host, position: from.position, pending }
    },
    repair: async (host, { operator, acceptLoss = [], signal, onProgress }) => {
      const { job } = await ask(master, 'repair.begin', {
        host,
        acceptLoss: [...acceptLoss],
        operator,
        attested: wired(),
      })
      const ended = await followJob(services, job, signal, (progress) => {
        onProgress?.(repairProgressSchema.parse(progress))
      })
      if (ended.problem !== null) throw new ProblemError(ended.problem)
      if (ended.repaired === null) throw fail('maintenance-lost')
      return ended.repaired
    },
    collect: async (from, into) => {
      const { plan, changes, ancestry } = await gather(from, [])
      const appender = openAppender(into)
      try {
        for (let index = 0; index < changes.length; index += 1_000) {
          const lines = changes.slice(index, index + 1_000).map((change, at) => {
            const before = changes[index + at - 1]
            const previous = before === undefined ? null : { timeline: before.timeline, number: before.number }
            return encodeRecord({ ...change, previous })
          })
          appender.append(lines)
        }
      } finally {
        appender.close()
      }
      return { sources: plan.sources, timelines: ancestry }
    },
  }
}
