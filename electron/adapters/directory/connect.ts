import { randomUUID } from 'node:crypto'
import { importLimits } from '../../../shared/model/entity.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { ConsoleSessions, DomainLock } from '../../core/ports/domain-lock.ts'
import type { JournalStore } from '../../core/ports/journal-store.ts'
import type { NameDatabase } from '../../core/ports/name-database.ts'
import { type AddressOperations, addressOperations } from '../../wire/address-operations.ts'
import { createWireClient, WireError } from '../../wire/client.ts'
import type { InputOf, OutputOf } from '../../wire/operation.ts'

/** One server's address service, as the ports that the engine knows. */
export type Directory = {
  readonly names: NameDatabase
  readonly lock: DomainLock
  readonly sessions: ConsoleSessions
  readonly journals: Omit<JournalStore, 'records'>
  /** Ends the connection; it is opened by the first call, and again after the service was gone. */
  close(): void
}

export type DirectoryOptions = {
  /** The address service's socket. */
  readonly socket: string
  /** The server's host, for messages. */
  readonly host: string
  /** For each call; 10 s without it. */
  readonly timeoutMs?: number
}

const defaultTimeoutMs = 10_000

/** Registrations of one message, and the longest wait for all of them to be stored. */
const importPart = 2_000
const importTimeoutMs = 300_000

/**
 * A client of one embedded address service. Every call throws `address-service-down` when nothing was asked because the service
 * cannot be reached, and `address-service-silent` when the answer did not come; a registration then throws `outcome-unknown`.
 */
export function connectDirectory({ socket, host, timeoutMs = defaultTimeoutMs }: DirectoryOptions): Directory {
  const client = createWireClient(socket, addressOperations, { timeoutMs })

  const unanswered = (error: unknown): unknown => {
    if (!(error instanceof WireError)) return error
    return error.sent ? fail('address-service-silent', { host }, error) : fail('address-service-down', { host }, error)
  }

  const ask = async <K extends keyof AddressOperations & string>(
    op: K,
    input: InputOf<AddressOperations[K]>,
  ): Promise<OutputOf<AddressOperations[K]>> => {
    try {
      return await client.call(op, input)
    } catch (error) {
      throw unanswered(error)
    }
  }

  /** For requests that change something: no answer means that nobody can tell. */
  const change = async <K extends keyof AddressOperations & string>(
    op: K,
    input: InputOf<AddressOperations[K]>,
    timeout?: number,
  ): Promise<OutputOf<AddressOperations[K]>> => {
    try {
      return await client.call(op, input, timeout)
    } catch (error) {
      if (error instanceof WireError && error.sent) throw fail('outcome-unknown', {}, error)
      throw unanswered(error)
    }
  }

  const registerMany: NameDatabase['registerMany'] = async (
    registrations,
    { operator, partial, dryRun, onSent, signal },
  ) => {
    const total = registrations.length
    if (total > importLimits.registrations)
      throw fail('import-too-large', { count: total, limit: importLimits.registrations })
    const id = randomUUID()
    for (let from = 0; from < total; from += importPart) {
      signal?.throwIfAborted()
      await ask('import.add', { import: id, from, registrations: registrations.slice(from, from + importPart) })
      onSent?.(Math.min(total, from + importPart))
    }
    signal?.throwIfAborted()
    const cancel = () => void ask('import.cancel', { import: id }).catch(() => undefined)
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      return await change('import.run', { import: id, total, operator, partial, dryRun }, importTimeoutMs)
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
  }

  return {
    names: {
      status: () => ask('status', {}),
      search: (query) => ask('search', query),
      locate: (query) => ask('locate', query),
      register: (registration, operator) => change('register', { registration, operator }),
      edit: (edits, operator) => change('edit', { edits: [...edits], operator }),
      registerMany,
    },
    lock: {
      status: () => ask('lock.status', {}),
      acquire: (owner, leaseMs, { noConsole = false } = {}) => ask('lock.acquire', { owner, leaseMs, noConsole }),
      renew: (token) => ask('lock.renew', { token }),
      release: async (token) => void (await ask('lock.release', { token })),
      breakOff: (token, by) => ask('lock.break', { token, by }),
    },
    sessions: {
      list: () => ask('session.list', {}),
      login: (owner, leaseMs) => ask('session.login', { owner, leaseMs }),
      renew: async (id) => void (await ask('session.renew', { session: id })),
      logout: async (id) => void (await ask('session.logout', { session: id })),
    },
    journals: {
      list: () => ask('journal.list', {}),
      seal: (of, token, by) => ask('journal.seal', { host: of, token, by }),
    },
    close: () => client.close(),
  }
}
