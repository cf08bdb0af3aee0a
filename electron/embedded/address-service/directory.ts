import { type Change, changeSchema } from '../../../shared/model/change.ts'
import type { Domain, ServerConfig } from '../../../shared/model/domain.ts'
import type { Position } from '../../../shared/model/position.ts'
import { type Problem, ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import { journalPlaces } from '../../formats/journal-folder.ts'
import type { Statement } from '../../wire/object-operations.ts'
import type { ServiceLog } from '../process/log.ts'
import { type Journals, openJournals } from './journals.ts'
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
  /** Why registrations are refused until a restart; null while they are not. */
  closed(): Problem | null
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
  commit(changes: readonly Change[], statements: readonly Statement[]): Promise<void>
  /** The next fencing token. */
  nextToken(): number
  /** The journals as they stand; none on a server that is not the master, or while they cannot be opened. */
  journals(): Journals | null
  readonly store: Store
  close(): void
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
  let settled = false
  let token = 0
  let position: Position = { timeline: '', number: 0 }
  let closed: Problem | null = null
  let journals: Journals | null = null

  const closeRegistrations = (why: Problem): void => {
    if (closed !== null) return
    closed = why
    log.write('error', 'registrations-closed', { problem: why })
  }

  const completeJournals = async (): Promise<void> => {
    try {
      journals ??= openJournals(
        journalPlaces(domain),
        domain.servers.map((one) => one.host),
      )
      const newest = journals.newest()
      if (
        newest !== null &&
        (newest.position.number > position.number || newest.position.timeline !== position.timeline)
      ) {
        const other = newest.position.number
        closeRegistrations(problem('directory-behind', { number: position.number, by: newest.host, other }))
        return
      }
      const rows = await store.query('SELECT record FROM change WHERE number >= ? ORDER BY number', [
        journals.firstMissing(),
      ])
      journals.append(rows.map((row) => changeSchema.parse(JSON.parse(String(row.record)))))
    } catch (error) {
      const why = toProblem(error)
      if (why.code === 'object-server-down') throw error
      closeRegistrations(why)
    }
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
    closed: () => closed,
    closeRegistrations,
    journals: () => journals,
    write,
    nextToken: () => {
      token += 1
      return token
    },
    settle: async () => {
      if (settled) return
      const found = await store.claim()
      position = found.position
      token = Math.max(token, found.token)
      if (master && closed === null) await completeJournals()
      await onSettled()
      settled = true
      log.write('info', 'settled', { ...position })
    },
    commit: async (changes, statements) => {
      const last = changes.at(-1)
      if (last === undefined) return
      const advance: Statement = {
        sql: 'UPDATE state SET number = ? WHERE id = 1 AND timeline = ? AND number = ?',
        params: [last.number, last.timeline, position.number],
        changes: 1,
      }
      await write([advance, ...statements])
      try {
        journals?.append(changes)
      } catch (error) {
        closeRegistrations(problem('directory-read-only'))
        log.write('error', 'journal-failed', { problem: toProblem(error) })
        throw new ProblemError(problem('outcome-unknown'), { cause: error })
      }
      position = { timeline: last.timeline, number: last.number }
    },
    close: () => {
      journals?.close()
      store.close()
    },
  }
}
