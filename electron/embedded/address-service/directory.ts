import { randomInt } from 'node:crypto'
import type { Change } from '../../../shared/model/change.ts'
import type { Domain, ServerConfig } from '../../../shared/model/domain.ts'
import type { Owner } from '../../../shared/model/owner.ts'
import {
  type Ancestry,
  type ChangeRange,
  descentOf,
  type Place,
  type Position,
  type Timeline,
} from '../../../shared/model/position.ts'
import { type Problem, ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import { opensByRepair, type RepairMark } from '../../../shared/model/repair.ts'
import { type JournalPlace, journalPlaces } from '../../formats/journal-folder.ts'
import { setAsideDamaged } from '../../formats/journal-seal.ts'
import { readRepairMark, removeRepairMark, repairMarkPath, writeRepairMark } from '../../formats/repair-mark.ts'
import type { Statement } from '../../wire/object-operations.ts'
import type { ServiceLog } from '../process/log.ts'
import { type Journals, openJournals } from './journals.ts'
import { readChanges } from './read-changes.ts'
import { readJournals } from './read-journals.ts'
import type { Store } from './store.ts'

/** What an address service knows in memory of its database, and the one way to change it. */
export type Directory = {
  readonly host: string
  readonly master: boolean
  /** The domain's hosts, the master first. */
  readonly hosts: readonly string[]
  /** The servers that the master feeds. */
  readonly replicas: readonly string[]
  /** The last change that is durable in the database and in every journal. */
  position(): Position
  /** The position with the timelines that the database knows. */
  place(): Place
  /** How the current timeline descends, as each of its changes tells it; empty on the domain's first timeline. */
  descent(): { readonly descent?: Timeline[] }
  /** Why registrations are refused until a restart; null while they are not. */
  closed(): Problem | null
  /** 修復待ち, and why; null while it is not. */
  pending(): RepairMark | null
  /** Enters 修復待ち, durably. The first reason stands. */
  becomePending(mark: Pick<RepairMark, 'why' | 'ahead'>): void
  /** Leaves it, durably. */
  endPending(): void
  /** Why registrations are refused now: closed or 修復待ち. */
  refusal(): Problem | null
  /** Closes registrations for the rest of this process. The first reason stands. */
  closeRegistrations(why: Problem): void
  /**
   * Makes memory and database agree again after a start or a failed transaction: claims the database, completes the journals
   * from the outbox. Only inside the registration queue. Throws what the Object Server's absence throws.
   */
  settle(): Promise<void>
  /** A transaction without a change's number. A failure unsettles. Only inside the registration queue. */
  write(statements: readonly Statement[]): Promise<void>
  /**
   * Stores changes that follow the position, in one transaction with `statements`, then appends them to the journals.
   * Throws `outcome-unknown` when the answer cannot be told. Only inside the registration queue.
   */
  commit(changes: readonly Change[], statements: readonly Statement[], move?: Move): Promise<void>
  /** The next fencing token. */
  nextToken(): number
  /**
   * Opens the journals anew after a replay, setting aside those that are damaged, and appends to each what it lacks of the
   * outbox, over changes that were lost. Gives how many each got. Only inside the registration queue. A failure closes
   * registrations, until it is asked again.
   */
  mendJournals(by: Owner): Promise<ReadonlyMap<string, number>>
  /** The journals as they stand; none on a server that is not the master, or while they cannot be opened. */
  journals(): Journals | null
  /** Records of the own line with these numbers, in order, as far as the journals hold them, a message at a time. */
  journalChanges(wanted: readonly ChangeRange[], signal: AbortSignal): AsyncIterable<readonly Change[]>
  readonly store: Store
  close(): void
}

/** How a transaction moves the position otherwise than to its last change. */
export type Move = {
  /** Timelines that become known. */
  readonly learn?: Ancestry
  /** Where the database stands afterwards; without it, at the last change. */
  readonly to?: Position
  /** Whether the changes go into no journal now: a repair completes the journals later. */
  readonly unjournaled?: boolean
}

/** Called within `settle` with the database claimed, before registrations go on. */
type OnSettled = () => Promise<void>

export function createDirectory(
  domain: Domain,
  server: ServerConfig,
  store: Store,
  log: ServiceLog,
  onSettled: OnSettled,
): Directory {
  const master = server.roles.includes('master')
  const others = domain.servers.filter((one) => !one.roles.includes('master')).map((one) => one.host)
  const first = domain.servers.find((one) => one.roles.includes('master'))?.host ?? server.host
  const markFile = repairMarkPath(server)
  let settled = false
  let token = 0
  let position: Position = { timeline: '', number: 0 }
  let ancestry: Ancestry = []
  let closed: Problem | null = null
  let pending: RepairMark | null = null
  let journals: Journals | null = null

  const closeRegistrations = (why: Problem): void => {
    if (closed !== null) return
    closed = why
    log.write('error', 'registrations-closed', { problem: why })
  }

  const becomePending = ({ why, ahead }: Pick<RepairMark, 'why' | 'ahead'>): void => {
    if (pending !== null) return
    pending = { since: new Date().toISOString(), why, by: null, ahead, sources: [] }
    log.write('error', 'repair-pending', { why, ahead })
    writeRepairMark(markFile, pending)
  }

  /** Every change on record from `first` on, read in answers of bounded length. */
  const outbox = async (first: number): Promise<readonly Change[]> => {
    const changes: Change[] = []
    for (let after = first - 1; ; ) {
      const more = await readChanges(store, after, 1000)
      const last = more.at(-1)
      if (last === undefined) return changes
      changes.push(...more)
      after = last.number
    }
  }

  const open = (places: readonly JournalPlace[]): Journals =>
    openJournals(
      places,
      domain.servers.map((one) => one.host),
      (mended) => log.write('error', 'journal-mended', mended),
    )

  const completeJournals = async (): Promise<void> => {
    try {
      journals ??= open(journalPlaces(domain))
      const ahead = journals.follow({ position, ancestry })
      if (ahead !== null) becomePending({ why: 'behind-journal', ahead })
      if (pending !== null) return
      journals.append(await outbox(journals.firstMissing()))
    } catch (error) {
      const why = toProblem(error)
      if (why.code === 'object-server-down') throw error
      closeRegistrations(why)
    }
  }

  /**
   * Restored data counts tokens from where the backup was taken, and those given since must never be in force again: a random
   * leap, durable before anything is answered, makes that as good as impossible without trusting the clock (own decision).
   */
  const leapToken = async (): Promise<void> => {
    token += randomInt(1, 2 ** 40)
    await store.transaction([{ sql: 'UPDATE state SET token = ? WHERE id = 1', params: [token], changes: 1 }])
  }

  const write = async (statements: readonly Statement[]): Promise<void> => {
    try {
      await store.transaction(statements)
    } catch (error) {
      settled = false
      throw error
    }
  }

  return {
    host: server.host,
    master,
    hosts: [first, ...others],
    replicas: master ? others : [],
    store,
    position: () => position,
    place: () => ({ position, ancestry }),
    descent: () => {
      const line = descentOf(position.timeline, ancestry)
      return line.length === 0 ? {} : { descent: [...line] }
    },
    closed: () => closed,
    closeRegistrations,
    pending: () => pending,
    becomePending,
    mendJournals: async (by) => {
      journals?.close()
      journals = null
      try {
        const places = journalPlaces(domain)
        for (const place of places) setAsideDamaged(place, by, new Date())
        journals = open(places)
        const ahead = journals.follow({ position, ancestry })
        if (ahead !== null) throw new Error(`the journal of ${ahead} is ahead of what was repaired from it`)
        const added = journals.complete(await outbox(journals.firstMissing()))
        if (opensByRepair(closed)) closed = null
        return added
      } catch (error) {
        closeRegistrations(toProblem(error))
        throw error
      }
    },
    endPending: () => {
      removeRepairMark(markFile)
      pending = null
      log.write('info', 'repaired', { ...position })
    },
    refusal: () => closed ?? (pending === null ? null : problem('repair-pending', { host: server.host })),
    journals: () => journals,
    write,
    journalChanges: (wanted, signal) =>
      readJournals(domain, { position, ancestry }, journals?.list() ?? null, wanted, { signal }),
    nextToken: () => {
      token += 1
      return token
    },
    settle: async () => {
      if (settled) return
      const found = await store.claim()
      position = found.position
      ancestry = found.ancestry
      pending ??= readRepairMark(markFile)
      token = Math.max(token, found.token)
      if (master && pending?.why === 'restored') await leapToken()
      if (master && closed === null) await completeJournals()
      await onSettled()
      settled = true
      log.write('info', 'settled', { ...position })
    },
    commit: async (changes, statements, { learn = [], to, unjournaled = false } = {}) => {
      const target = to ?? changes.at(-1)
      if (target === undefined) return
      const fresh = learn.filter(({ id }) => !ancestry.some((known) => known.id === id))
      const { timeline, number } = target
      const advance: Statement = {
        sql: 'UPDATE state SET timeline = ?, number = ? WHERE id = 1 AND timeline = ? AND number = ?',
        params: [timeline, number, position.timeline, position.number],
        changes: 1,
      }
      await write([advance, ...fresh.map(timelineStatement), ...statements])
      try {
        if (!unjournaled) journals?.append(changes)
      } catch (error) {
        closeRegistrations(problem('directory-read-only'))
        log.write('error', 'journal-failed', { problem: toProblem(error) })
        throw new ProblemError(problem('outcome-unknown'), { cause: error })
      }
      position = { timeline, number }
      ancestry = [...ancestry, ...fresh]
    },
    close: () => {
      journals?.close()
      store.close()
    },
  }
}

function timelineStatement({ id, parent, fork, generation, lost }: Timeline): Statement {
  return {
    sql: 'INSERT INTO timeline (id, parent, fork, generation, lost) VALUES (?, ?, ?, ?, ?)',
    params: [id, parent, fork, generation, JSON.stringify(lost)],
  }
}
