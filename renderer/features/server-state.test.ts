import { expect, it } from 'vitest'
import type { DirectoryStatus } from '../../shared/model/directory.ts'
import type { ServiceState } from '../../shared/model/service.ts'
import { replicationOf, serverState } from './server-state.ts'

const server = (...states: ServiceState[]) => ({
  name: 's',
  host: 's',
  site: 't',
  roles: [],
  services: states.map((state, index) => ({
    id: String(index),
    name: '',
    kind: 'server' as const,
    state,
    pid: null,
    since: null,
    problem: null,
  })),
})

it.each<[ServiceState[], string]>([
  [['running', 'running'], 'state.running'],
  [['stopped', 'stopped'], 'state.stopped'],
  [['running', 'stopped'], 'state.partial'],
  [['running', 'failed', 'starting'], 'state.failed'],
  [['stopping', 'stopped'], 'state.stopping'],
  [[], 'state.stopped'],
])('calls a server of %j %s', (states, word) => {
  expect(serverState(server(...states)).word).toBe(word)
})

it('tells how a server stands to the master, and of the master only that it waits for repair', () => {
  const replica = { host: 'r', waiting: 3, applied: null, lastHeard: null, oldestAt: null, problem: null }
  const mark = { since: '2026-11-22T00:00:00Z', why: 'restored', by: null, ahead: null, sources: [] } as const
  const status = (pending: boolean): DirectoryStatus => ({
    host: 'm',
    master: true,
    position: { timeline: 't', number: 5 },
    ancestry: [],
    readOnly: pending,
    repairPending: pending ? { ...mark, sources: [] } : null,
    users: 0,
    organizations: 0,
    lock: { held: false },
    sessions: [],
    journals: [],
    replicas: [{ ...replica, state: 'waiting' }],
  })
  const of = (host: string, pending = false) => replicationOf({ kind: 'up', status: status(pending) }, host)
  expect(of('r')).toMatchObject({ state: 'waiting', waiting: 3 })
  expect(of('m')).toBeNull()
  expect(of('m', true)).toMatchObject({ state: 'repair-pending' })
  expect(of('unknown')).toBeNull()
  expect(replicationOf({ kind: 'unknown' }, 'r')).toBeNull()
})
