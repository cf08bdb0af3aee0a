import type { Place } from '../../../shared/model/position.ts'
import { fail, ProblemError } from '../../../shared/model/problem.ts'
import { createWireClient, WireError } from '../../wire/client.ts'
import {
  nameDatabaseArea,
  nameDatabaseVersion,
  positionQuery,
  timelineOf,
  timelinesQuery,
} from '../../wire/name-database.ts'
import { objectOperations, type Row, type Statement } from '../../wire/object-operations.ts'
import { nameDatabaseUpgrades } from './schema.ts'

/** The name database through the Object Server's socket. */
export type Store = {
  query(sql: string, params?: (string | number | null)[]): Promise<Row[]>
  /**
   * One durable transaction, refused when another address service has begun since `claim`. After any failure the state in
   * memory is not to be trusted: claim again. Throws `outcome-unknown` when only the database can tell whether it took place;
   * any other problem means that it did not.
   */
  transaction(statements: readonly Statement[]): Promise<void>
  /** Makes this process the one writer, and answers what the database ends with. */
  claim(): Promise<Place & { token: number }>
  close(): void
}

const timeoutMs = 10_000

/** Characters of one message: escaped and in UTF-8 they stay below the wire's 8 MiB. */
const largestMessage = 2_000_000

/** `application` is what the Object Server calls this user when it refuses to end. */
export function createStore(socket: string, host: string, application: string): Store {
  const client = createWireClient(socket, objectOperations, {
    timeoutMs,
    greet: (ask) => ask('hello', { application }),
  })
  let epoch = -1
  let batch = 0

  const query = async (sql: string, params: (string | number | null)[] = []): Promise<Row[]> => {
    try {
      return await client.call('query', { area: nameDatabaseArea, sql, params })
    } catch (error) {
      throw error instanceof WireError ? fail('object-server-down', { host }, error) : error
    }
  }

  const write = async (statements: readonly Statement[]): Promise<void> => {
    let ending = false
    try {
      const parts = inMessages(statements)
      const last = parts.pop() ?? []
      batch += 1
      for (const [part, held] of parts.entries())
        await client.call('transaction.add', { batch, part, statements: held })
      ending = true
      const added = parts.length === 0 ? {} : { added: { batch, parts: parts.length } }
      const patience = timeoutMs * (parts.length + 1)
      await client.call('transaction', { area: nameDatabaseArea, statements: last, ...added }, patience)
    } catch (error) {
      if (error instanceof WireError && !(error.sent && ending)) throw fail('object-server-down', { host }, error)
      if (error instanceof ProblemError && definite.has(error.problem.code)) throw error
      throw fail('outcome-unknown', {}, error)
    }
  }

  return {
    query,
    transaction: (statements) =>
      write([
        { sql: 'UPDATE state SET epoch = epoch WHERE id = 1 AND epoch = ?', params: [epoch], changes: 1 },
        ...statements,
      ]),
    claim: async () => {
      await write([{ sql: 'UPDATE state SET epoch = epoch + 1 WHERE id = 1', changes: 1 }])
      const [stored] = await query(positionQuery)
      for (let version = Number(stored?.version); version < nameDatabaseVersion; version += 1) {
        await write([
          ...(nameDatabaseUpgrades[version] ?? []).map((sql) => ({ sql })),
          {
            sql: 'UPDATE state SET version = ? WHERE id = 1 AND version = ?',
            params: [version + 1, version],
            changes: 1,
          },
        ])
      }
      const [row] = await query(positionQuery)
      const [mine] = await query('SELECT epoch, token FROM state WHERE id = 1')
      if (row?.version !== nameDatabaseVersion) {
        throw fail('database-version', { found: row?.version ?? '', expected: nameDatabaseVersion })
      }
      epoch = Number(mine?.epoch)
      const position = { timeline: String(row.timeline), number: Number(row.number) }
      return { position, ancestry: (await query(timelinesQuery)).map(timelineOf), token: Number(mine?.token) }
    },
    close: () => client.close(),
  }
}

/** Statements as lists that each fit into a message of the wire, in their order. */
function inMessages(statements: readonly Statement[]): Statement[][] {
  const messages: Statement[][] = []
  let room = 0
  for (const statement of statements) {
    const size = statementSize(statement)
    const current = messages.at(-1)
    if (current === undefined || size > room) {
      messages.push([statement])
      room = largestMessage - size
    } else {
      current.push(statement)
      room -= size
    }
  }
  return messages
}

/** An upper bound in characters of JSON that hold no more than three bytes each, quotes escaped. */
function statementSize({ sql, params = [] }: Statement): number {
  return params.reduce<number>((sum, param) => sum + (typeof param === 'string' ? param.length : 24), sql.length + 64)
}

/** Problems of the Object Server after which nothing was changed. */
const definite: ReadonlySet<string> = new Set([
  'transaction-refused',
  'area-unknown',
  'request-invalid',
  'service-stopping',
])
