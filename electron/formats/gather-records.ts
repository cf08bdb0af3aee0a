import type { Change } from '../../shared/model/change.ts'
import type { Domain } from '../../shared/model/domain.ts'
import { type Ancestry, type Attested, type Place, type Position, samePlaceOf } from '../../shared/model/position.ts'
import type { RepairPlan, RepairSource } from '../../shared/model/repair.ts'
import { type Damage, readSource, sourceFiles } from './journal-sources.ts'
import { createRecordPool, planReplay, toRanges } from './replay-plan.ts'

/** A server that may hold newer records. Both calls throw when it cannot be asked. */
export type RecordHolder = {
  readonly host: string
  ancestry(): Promise<Ancestry>
  /** Changes that it has on record, in order, the first one after `after`; none when there is no more. */
  changes(after: number): Promise<readonly Change[]>
}

export type Gathered = {
  readonly plan: Omit<RepairPlan, 'host' | 'position' | 'pending'>
  /** What to replay, in order. */
  readonly changes: readonly Change[]
  /** Every timeline that was heard of. */
  readonly ancestry: Ancestry
}

/** Where to look beside the journals in force. */
export type Evidence = {
  /** Journal folders of before and collected files, absolute. */
  readonly paths: readonly string[]
  readonly holders: readonly RecordHolder[]
  /** What is known to have been, so that it is missed where nobody holds it. */
  readonly attested: Attested
}

/**
 * Everything that is newer than `from`: in every journal in force, in the evidence's paths, and at the servers. Throws what `planReplay` throws.
 */
export async function gatherRecords(
  domain: Pick<Domain, 'servers'>,
  host: string,
  from: Place,
  { paths, holders, attested }: Evidence,
): Promise<Gathered> {
  const { number } = samePlaceOf(from.position, from.ancestry)
  const pool = createRecordPool((one) => one > number)
  const sources: RepairSource[] = []
  const damage: Damage[] = []
  const ends = new Map<string, Position>()
  for (const file of sourceFiles(domain, paths)) {
    const found = await readSource(file, pool.add)
    if (found.source.records > 0 || found.damage.length > 0) sources.push(found.source)
    // A file that is damaged from its first line on goes on from where the one before it in that journal ends.
    damage.push(...found.damage.map((one) => ({ ...one, after: one.after ?? ends.get(file.host) ?? null })))
    if (found.source.last !== null) ends.set(file.host, found.source.last)
  }
  const unasked: string[] = []
  for (const holder of holders) {
    const source = await readHolder(holder, from.position.number, pool.add, pool.learn)
    if (source === null) unasked.push(holder.host)
    else sources.push(source)
  }
  const { changes, reaches, gaps } = planReplay(host, from, pool, damage, attested)
  return {
    changes,
    ancestry: reaches.ancestry,
    plan: {
      reaches: reaches.position,
      replay: [...toRanges(changes.map(({ number }) => number))],
      records: changes.length,
      gaps: [...gaps],
      corrupt: damage.map(({ place }) => place),
      sources,
      unasked,
    },
  }
}

/** Reads what a server holds after a number; null when it cannot be asked. */
async function readHolder(
  { host, ancestry, changes: read }: RecordHolder,
  after: number,
  add: (change: Change) => void,
  learn: (ancestry: Ancestry) => void,
): Promise<RepairSource | null> {
  const source = { kind: 'replica' as const, host, file: null }
  let records = 0
  let first: RepairSource['first'] = null
  let last: RepairSource['last'] = null
  try {
    learn(await ancestry())
    for (let next = after; ; ) {
      const changes = await read(next)
      const end = changes.at(-1)
      if (end === undefined || end.number <= next) return { ...source, records, first, last }
      for (const change of changes) {
        const position = { timeline: change.timeline, number: change.number }
        records += 1
        first ??= position
        last = position
        add(change)
      }
      next = end.number
    }
  } catch {
    return null
  }
}
