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

it('takes replication for complete only where the replica itself reported the position', () => {
  const position = { timeline: 't', number: 5 }
  const status = (waiting: number, applied: DirectoryStatus['position'] | null): DirectoryStatus => ({
    host: 'm',
    master: true,
    position,
    ancestry: [],
    readOnly: false,
    repairPending: null,
    users: 0,
    organizations: 0,
    lock: { held: false },
    sessions: [],
    journals: [],
    replicas: [{ host: 'r', state: 'waiting', waiting, oldestAt: null, applied, lastHeard: null, problem: null }],
  })
  const of = (waiting: number, applied: DirectoryStatus['position'] | null) =>
    replicationOf({ kind: 'up', status: status(waiting, applied) }, 'r').kind
  expect(of(0, position)).toBe('complete')
  expect(of(3, position)).toBe('waiting')
  expect(of(0, null)).toBe('not-told')
  expect(of(0, { timeline: 'other', number: 5 })).toBe('not-told')
  expect(replicationOf({ kind: 'unknown' }, 'r').kind).toBe('not-told')
})
