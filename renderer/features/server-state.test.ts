import { expect, it } from 'vitest'
import type { DirectoryStatus } from '../../shared/model/directory.ts'
import type { JournalSummary } from '../../shared/model/journal.ts'
import { problem } from '../../shared/model/problem.ts'
import type { ServiceState } from '../../shared/model/service.ts'
import { repairable, replicationOf, serverState } from './server-state.ts'

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

const replica = { host: 'r', waiting: 3, applied: null, lastHeard: null, oldestAt: null, problem: null }
const mark = { since: '2026-11-22T00:00:00Z', why: 'restored', by: null, ahead: null, sources: [] } as const
const status = (pending: boolean): DirectoryStatus => ({
  host: 'm',
  master: true,
  position: { timeline: 't', number: 5 },
  ancestry: [],
  readOnly: pending,
  closed: null,
  repairPending: pending ? { ...mark, sources: [] } : null,
  users: 0,
  organizations: 0,
  lock: { held: false },
  sessions: [],
  journals: [],
  replicas: [{ ...replica, state: 'waiting' }],
})

it('tells how a server stands to the master, and of the master only that it waits for repair', () => {
  const of = (host: string, pending = false) => replicationOf({ kind: 'up', status: status(pending) }, host)
  expect(of('r')).toMatchObject({ state: 'waiting', waiting: 3 })
  expect(of('m')).toBeNull()
  expect(of('m', true)).toMatchObject({ state: 'repair-pending' })
  expect(of('unknown')).toBeNull()
  expect(replicationOf({ kind: 'unknown' }, 'r')).toBeNull()
})

it('offers data repair for data that is behind, for journals that closed the master, and for damage beside their records', () => {
  const offered = (news: Partial<DirectoryStatus>) => repairable({ kind: 'up', status: { ...status(false), ...news } })
  expect(offered({})).toEqual([])
  expect(offered(status(true))).toEqual(['m'])
  const replicas = [{ ...replica, state: 'repair-pending' as const }]
  expect(offered({ replicas })).toEqual(['r'])
  const closed = problem('journal-corrupt', { file: 'f', line: 1, offset: 0, text: 'no record' })
  expect(offered({ closed, readOnly: true, replicas })).toEqual(['m', 'r'])
  expect(offered({ closed: problem('directory-read-only'), readOnly: true })).toEqual([])
  const journal = (keptAs: string | null): JournalSummary => ({
    ...{ host: 'r', kept: true, records: 0, bytes: 0, oldest: null, newest: null, first: null, last: null },
    ...{ segments: [], discarded: [], warning: null },
    damage: [{ file: '/j/1/segment.json', text: 'gone', keptAs }],
  })
  expect(offered({ journals: [journal(null)] })).toEqual(['m'])
  expect(offered({ journals: [journal('/j/1/segment.json.damaged')] })).toEqual([])
  expect(repairable({ kind: 'unknown' })).toEqual([])
})
