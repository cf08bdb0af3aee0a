import { fail } from '../../../shared/model/problem.ts'
import type { Statement } from '../../wire/object-operations.ts'
import type { Connection } from '../../wire/server.ts'

type Batch = { readonly batch: number; readonly parts: (readonly Statement[])[] }

/** Transactions whose statements come in several messages. */
export type Parts = {
  /** Keeps a part; a new batch takes the place of one that never ended. Throws `transaction-refused` out of order. */
  add(connection: Connection, batch: number, part: number, statements: readonly Statement[]): void
  /**
   * The statements of a batch, which end here. Throws `transaction-refused` unless every part came over this connection: one
   * that broke in between must never lead to half a transaction.
   */
  take(connection: number, added: { readonly batch: number; readonly parts: number } | undefined): readonly Statement[]
}

export function createParts(): Parts {
  const open = new Map<number, Batch>()
  const incomplete = () => fail('transaction-refused', { text: 'a part of it is missing' })
  return {
    add: (connection, batch, part, statements) => {
      const known = open.get(connection.id)
      if (known === undefined) connection.onClose(() => open.delete(connection.id))
      const current = known?.batch === batch ? known : { batch, parts: [] }
      if (current.parts.length !== part) throw incomplete()
      current.parts.push(statements)
      open.set(connection.id, current)
    },
    take: (connection, added) => {
      if (added === undefined) return []
      const found = open.get(connection)
      if (found?.batch !== added.batch || found.parts.length !== added.parts) throw incomplete()
      open.set(connection, { batch: -1, parts: [] })
      return found.parts.flat()
    },
  }
}
