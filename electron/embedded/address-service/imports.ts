import { type Edit, type Imported, importLimits, type Registration } from '../../../shared/model/entity.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { Connection } from '../../wire/server.ts'
import type { Done } from './registrar.ts'

/** Bulk registrations that are still arriving, one a connection; they end with it. */
export type Imports = {
  /** `from`: how many came before. Throws `import-incomplete` out of order, `import-too-large`. */
  add(connection: Connection, id: string, from: number, registrations: readonly Registration[]): void
  /**
   * All of one, which is forgotten here but for whether it was cancelled since. Throws `import-incomplete` unless just `total`
   * came over this connection.
   */
  take(connection: Connection, id: string, total: number): { readonly edits: readonly Edit[]; cancelled(): boolean }
  /** Of one that was taken; no effect on any other. */
  cancel(connection: Connection, id: string): void
}

export function createImports(): Imports {
  const open = new Map<number, { readonly id: string; readonly edits: Edit[] }>()
  const taken = new Map<number, { readonly id: string; cancelled: boolean }>()
  return {
    add: (connection, id, from, registrations) => {
      const known = open.get(connection.id)
      if (known === undefined) {
        connection.onClose(() => {
          open.delete(connection.id)
          taken.delete(connection.id)
        })
      }
      const current = known?.id === id ? known : { id, edits: [] }
      if (current.edits.length !== from) throw fail('import-incomplete')
      const count = from + registrations.length
      if (count > importLimits.registrations)
        throw fail('import-too-large', { count, limit: importLimits.registrations })
      for (const registration of registrations) current.edits.push({ action: 'register', registration })
      open.set(connection.id, current)
    },
    take: (connection, id, total) => {
      const found = open.get(connection.id)
      const edits = found?.id === id ? found.edits : []
      if (edits.length !== total) throw fail('import-incomplete')
      open.set(connection.id, { id: '', edits: [] })
      const one = { id, cancelled: false }
      taken.set(connection.id, one)
      return { edits, cancelled: () => one.cancelled }
    },
    cancel: (connection, id) => {
      const found = taken.get(connection.id)
      if (found?.id === id) found.cancelled = true
    },
  }
}

/** What the client is told. */
export function importResult({ effects, refused, from, position }: Done): Imported {
  return {
    registered: effects.length,
    refusedTotal: refused.length,
    refused: refused.slice(0, importLimits.refusals).map(({ index, problem }) => ({ index, problem })),
    from,
    position,
  }
}
