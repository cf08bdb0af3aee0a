import { randomUUID } from 'node:crypto'
import { consoleOpen, type HeldLock, type LockState, type Session } from '../../../shared/model/lease.ts'
import { type Owner, ownerSchema } from '../../../shared/model/owner.ts'
import { fail, type Problem, problem } from '../../../shared/model/problem.ts'
import type { Statement } from '../../wire/object-operations.ts'
import type { Directory } from './directory.ts'
import { createLeases } from './leases.ts'

type LockLease = { readonly owner: Owner; readonly since: string; readonly token: number; readonly leaseMs: number }
type SessionLease = { readonly id: string; readonly owner: Owner; readonly since: string }

/** 排他 and the console sessions (design: "Two locks"). What changes the database runs only inside the registration queue. */
export type Guard = {
  lock(): LockState
  /** Why a registration is refused, or null. */
  refusal(): Problem | null
  /** `noConsole`: only while no console is logged on; throws `console-open` naming those that are. */
  acquire(owner: Owner, leaseMs: number, noConsole: boolean): Promise<HeldLock>
  renew(token: number): HeldLock
  release(token: number): Promise<void>
  /** Throws `lock-lost` unless the token is in force. */
  demand(token: number): void
  sessions(): readonly Session[]
  /** Throws `console-kept-out` while a command holds 排他: it works 運転席を停止した状態で. */
  login(owner: Owner, leaseMs: number): Promise<Session>
  renewSession(id: string): void
  logout(id: string): Promise<void>
  /** Takes over what the database holds that memory doesn't know: a full lease again. */
  load(): Promise<void>
  close(): void
}

/** `enqueue` puts work into the registration queue. */
export function createGuard(directory: () => Directory, enqueue: (task: () => Promise<void>) => void): Guard {
  /** Tokens and sessions that have ended although the database may still hold them. */
  const ended = new Set<string>()
  const forget = (kind: 'lock' | 'session', id: string): void => {
    ended.add(`${kind} ${id}`)
    enqueue(() => erase(kind, id))
  }
  const locks = createLeases<LockLease>((id) => forget('lock', id))
  const sessions = createLeases<SessionLease>((id) => forget('session', id))

  const erase = async (kind: 'lock' | 'session', id: string): Promise<void> => {
    await directory().settle()
    await directory().write([{ sql: 'DELETE FROM lease WHERE kind = ? AND id = ?', params: [kind, id] }])
    ended.delete(`${kind} ${id}`)
  }

  const current = () => locks.live()[0] ?? null
  const toHeld = (lease: LockLease & { readonly remainingMs: number }): HeldLock => ({ held: true, ...lease })

  const demand = (token: number): void => {
    if (current()?.token !== token) throw fail('lock-lost')
  }

  return {
    lock: () => {
      const lease = current()
      return lease === null ? { held: false } : toHeld(lease)
    },
    refusal: () => {
      const lease = current()
      return lease === null ? null : problem('registration-locked', whoHolds(lease))
    },
    acquire: async (owner, leaseMs, noConsole) => {
      await directory().settle()
      const other = current()
      if (other !== null) throw fail('lock-held', whoHolds(other))
      const consoles = noConsole ? sessions.live() : []
      if (consoles[0] !== undefined) throw consoleOpen(consoles)
      const token = directory().nextToken()
      const lease: LockLease = { owner, since: new Date().toISOString(), token, leaseMs }
      await directory().write([
        { sql: 'UPDATE state SET token = ? WHERE id = 1 AND token < ?', params: [token, token], changes: 1 },
        { sql: "DELETE FROM lease WHERE kind = 'lock'" },
        insertLease('lock', String(token), lease),
      ])
      locks.grant(String(token), lease, leaseMs)
      return toHeld({ ...lease, remainingMs: leaseMs })
    },
    renew: (token) => {
      demand(token)
      locks.renew(String(token))
      const lease = current()
      if (lease === null) throw fail('lock-lost')
      return toHeld(lease)
    },
    release: async (token) => {
      if (current()?.token !== token) return
      await erase('lock', String(token))
      locks.end(String(token))
    },
    demand,
    sessions: () => sessions.live().map(({ id, owner, since }) => ({ id, owner, since })),
    login: async (owner, leaseMs) => {
      await directory().settle()
      const holder = current()
      if (holder?.owner.kind === 'command') throw fail('console-kept-out', whoHolds(holder))
      const session: SessionLease = { id: randomUUID(), owner, since: new Date().toISOString() }
      await directory().write([insertLease('session', session.id, { ...session, leaseMs })])
      sessions.grant(session.id, session, leaseMs)
      return session
    },
    renewSession: (id) => {
      if (!sessions.renew(id)) throw fail('session-ended')
    },
    logout: async (id) => {
      if (sessions.get(id) === null) return
      await erase('session', id)
      sessions.end(id)
    },
    load: async () => {
      const rows = await directory().store.query('SELECT kind, id, owner, since, lease_ms FROM lease ORDER BY since')
      const mark = directory().pending()
      const restoredAt = mark?.why === 'restored' ? mark.since : ''
      for (const row of rows) {
        const kind = row.kind === 'lock' ? 'lock' : 'session'
        const id = String(row.id)
        const common = { owner: ownerSchema.parse(JSON.parse(String(row.owner))), since: String(row.since) }
        const leaseMs = Number(row.lease_ms)
        // What was leased when the data was copied came back with it: nobody renews it, and nobody may be kept out by it.
        if (ended.has(`${kind} ${id}`) || common.since < restoredAt) enqueue(() => erase(kind, id))
        else if (kind === 'session' && sessions.get(id) === null) sessions.grant(id, { id, ...common }, leaseMs)
        else if (kind === 'lock' && locks.get(id) === null)
          locks.grant(id, { ...common, token: Number(id), leaseMs }, leaseMs)
      }
    },
    close: () => {
      locks.close()
      sessions.close()
    },
  }
}

function whoHolds({ owner, since }: LockLease) {
  return { operator: owner.operator, host: owner.host, since }
}

function insertLease(
  kind: 'lock' | 'session',
  id: string,
  lease: { readonly owner: Owner; readonly since: string; readonly leaseMs: number },
): Statement {
  return {
    sql: 'INSERT INTO lease (kind, id, owner, since, lease_ms) VALUES (?, ?, ?, ?, ?)',
    params: [kind, id, JSON.stringify(lease.owner), lease.since, lease.leaseMs],
  }
}
