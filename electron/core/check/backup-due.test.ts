import { expect, it } from 'vitest'
import type { Place, Position } from '../../../shared/model/position.ts'
import type { RunEvent } from '../../../shared/model/run.ts'
import { foldRun } from '../../../shared/model/run-state.ts'
import type { ServerShape } from '../../../shared/model/server-shape.ts'
import { backupDue, changesSince, pastBackups } from './backup-due.ts'

const at = '2026-11-22T02:00:14.000Z'
const shape = (host: string, more: Partial<ServerShape> = {}): ServerShape => ({
  ...{ host, name: host, site: 'a', layout: 'hp-ux', prefix: `/${host}`, settings: '1' },
  roles: host === 'm' ? ['master', 'mail'] : ['address'],
  ...more,
})
const [m, s] = [shape('m'), shape('s')]
const position: Position = { timeline: 'A', number: 5 }

/** A backup of these hosts, as its record says. */
function run(hosts: readonly string[], servers: readonly ServerShape[] | null, where: Position | null = position) {
  const common = { runId: 'r', runbook: 'unattended-backup', setId: 'r', at } as const
  const owner = { operator: 'o', host: 'h', pid: 1, kind: 'command' } as const
  const archive = (host: string) => ({
    path: `/b/${host}`,
    host,
    bytes: 1,
    sha256: '',
    members: 1,
    contentBytes: 1,
    position: where,
  })
  const events: readonly RunEvent[] = [
    {
      ...{ kind: 'run-started', host: hosts[0] ?? '', hosts: [...hosts], owner, steps: [], ...common },
      ...(servers ? { servers: [...servers] } : {}),
    },
    {
      ...{ kind: 'run-ended', at, outcome: 'done', exitCode: 0, problem: null, servicesDown: [], outageMs: 1 },
      archives: hosts.map(archive),
      warnings: [],
    },
  ]
  return foldRun(events)
}

const line = (number: number, timeline = 'A'): Place => ({
  position: { timeline, number },
  ancestry: [{ id: 'B', parent: 'A', fork: 4, generation: 1, lost: [] }],
})
const told = (
  host: string,
  now: readonly ServerShape[],
  runs: readonly ReturnType<typeof run>[],
  where: Place | null = null,
) =>
  backupDue(
    host,
    now,
    pastBackups(
      runs,
      now.map((one) => one.host),
    ),
    where,
  ).map((one) => `${one.reason} ${one.host}`)

it('is told of the servers that the table names, and of no others', () => {
  const all = run(['m', 's'], [m, s])
  const cases: readonly [readonly ServerShape[], readonly string[], readonly string[]][] = [
    [[m, s], [], []],
    [[m, shape('s', { site: 'b' })], ['site-changed s'], []],
    [[m, shape('s', { prefix: '/other' })], ['server-changed s'], []],
    [[shape('m', { roles: ['master'] }), s], ['server-changed m'], []],
    [[m, shape('s', { roles: ['address', 'mail'] })], ['mail-set-up s'], ['mail-set-up s']],
    [[m, shape('s', { settings: '2' })], [], ['settings-changed s']],
    [[shape('m', { settings: '2' }), s], ['settings-changed m'], []],
    [[m, shape('s', { settings: null })], [], []],
    [[m, s, shape('n')], ['server-added n'], []],
    [[m], ['server-removed s'], []],
  ]
  for (const [now, master, server] of cases) {
    expect([now, told('m', now, [all]), told('s', now, [all])]).toEqual([now, master, server])
  }
})

it('goes by each server’s own newest backup, and tells nothing where a record holds no servers', () => {
  const now = [m, shape('s', { settings: '2', site: 'b' }), shape('n')]
  const later = run(['m'], [m, shape('s', { site: 'b', settings: null }), shape('n')])
  const before = run(['m', 's'], [m, s])
  expect(told('m', now, [later, before])).toEqual([])
  expect(told('s', now, [later, before])).toEqual(['settings-changed s'])
  expect(told('n', now, [later, before])).toEqual(['server-added n'])
  expect(told('n', now, [run(['m', 's'], null)])).toEqual([])
  expect(told('m', now, [run(['m', 's'], null)])).toEqual([])
  expect(told('m', now, [])).toEqual([])
})

it('counts changes along the domain’s line, over a fork too, and names a backup of a line that was left', () => {
  const of = (where: Place | null, from: Position | null = position) => {
    const past = pastBackups([run(['m'], [m, s], from)], ['m'])
    return [changesSince(past.good.get('m'), where), told('m', [m, s], [run(['m'], [m, s], from)], where)]
  }
  expect(of(line(9))).toEqual([4, []])
  expect(of(line(9, 'B'))).toEqual([null, ['line-left m']])
  expect(of(line(9, 'B'), { timeline: 'A', number: 4 })).toEqual([5, []])
  expect(of(null)).toEqual([null, []])
  expect(of(line(9), null)).toEqual([null, []])
  // What the master lacks was archived from no other line.
  expect(of(line(3))).toEqual([null, []])
})
