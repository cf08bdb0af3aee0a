import type { Position } from '../../../shared/model/position.ts'
import { fail, ProblemError } from '../../../shared/model/problem.ts'
import { createWireClient, WireError } from '../../wire/client.ts'
import { nameDatabaseArea, nameDatabaseVersion, positionQuery } from '../../wire/name-database.ts'
import { objectOperations, type Row, type Statement } from '../../wire/object-operations.ts'

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
  claim(): Promise<{ position: Position; token: number }>
  close(): void
}

const timeoutMs = 10_000

/** `application` is what the Object Server calls this user when it refuses to end. */
export function createStore(socket: string, host: string, application: string): Store {
  const client = createWireClient(socket, objectOperations, {
    timeoutMs,
    greet: (ask) => ask('hello', { application }),
  })
  let epoch = -1

  const query = async (sql: string, params: (string | number | null)[] = []): Promise<Row[]> => {
    try {
      return await client.call('query', { area: nameDatabaseArea, sql, params })
    } catch (error) {
      throw error instanceof WireError ? fail('object-server-down', { host }, error) : error
    }
  }

  const write = async (statements: readonly Statement[]): Promise<void> => {
    try {
      await client.call('transaction', { area: nameDatabaseArea, statements: [...statements] })
    } catch (error) {
      if (error instanceof WireError && !error.sent) throw fail('object-server-down', { host }, error)
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
      const [row] = await query(positionQuery)
      const [mine] = await query('SELECT epoch, token FROM state WHERE id = 1')
      if (row?.version !== nameDatabaseVersion) {
        throw fail('database-version', { found: row?.version ?? '', expected: nameDatabaseVersion })
      }
      epoch = Number(mine?.epoch)
      return { position: { timeline: String(row.timeline), number: Number(row.number) }, token: Number(mine?.token) }
    },
    close: () => client.close(),
  }
}

/** Problems of the Object Server after which nothing was changed. */
const definite: ReadonlySet<string> = new Set([
  'transaction-refused',
  'area-unknown',
  'request-invalid',
  'service-stopping',
])
