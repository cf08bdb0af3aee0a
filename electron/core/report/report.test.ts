import { describe, expect, it } from 'vitest'
import { problem } from '../../../shared/model/problem.ts'
import type { RunEvent } from '../../../shared/model/run.ts'
import { foldRun } from '../../../shared/model/run-state.ts'
import { reportPage, reportText } from './render-report.ts'
import { runReport } from './run-report.ts'

// Defects that break it: a fact of the record that paper does not show, a name that becomes markup, a Japanese table
// whose columns do not stand under one another.
const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 2, 0, second)).toISOString()
const place = '/backup/<b>&"x".tar.zst'
const events: readonly RunEvent[] = [
  {
    kind: 'run-started',
    runId: '20261122T020000Z-abcdef',
    runbook: 'master-backup',
    host: 'hq-mas',
    hosts: ['hq-mas'],
    setId: 'set-1',
    steps: ['clear-journal', 'stop-server', 'nxbackup'],
    owner: { operator: '当直', host: 'ops1', pid: 7, kind: 'command' },
    at: at(0),
  },
  { kind: 'path-chosen', at: at(0), host: 'hq-mas', to: place },
  { kind: 'step-started', stepId: 'clear-journal', at: at(1) },
  { kind: 'step-done', stepId: 'clear-journal', at: at(2), receipt: { records: 12, first: 101, last: 112 } },
  { kind: 'service-stopping', at: at(3), host: 'hq-mas', serviceId: 'server' },
  { kind: 'service-started', at: at(9), host: 'hq-mas', serviceId: 'server' },
  { kind: 'note', at: at(9), text: { ja: '一行目\n二行目\u001b[31m', en: 'a note' } },
  {
    kind: 'run-ended',
    at: at(10),
    outcome: 'warnings',
    exitCode: 1,
    problem: null,
    servicesDown: [],
    outageMs: 6_000,
    archives: [
      {
        path: place,
        bytes: 10,
        sha256: 'ab'.repeat(32),
        members: 3,
        contentBytes: 30,
        position: { timeline: '0123', number: 112 },
        host: 'hq-mas',
      },
    ],
    warnings: [problem('sockets-skipped', { count: 2 })],
  },
]
const state = foldRun(events)

describe('the report of a run', () => {
  it.each([
    [
      'ja',
      [
        '12件を退避, first 101, last 112',
        '当直@ops1',
        '警告付き完了',
        'マスタ管理サーバのバックアップ',
        'ソケット 2 個',
      ],
    ],
    ['en', ['12 record(s) sealed, first 101, last 112', '当直@ops1', 'done with warnings', '2 sockets']],
  ] as const)('tells everything in %s, as text and as a page', (language, words) => {
    const report = runReport(state, language)
    const wanted = ['hq-mas/server', '6.0 s', 'ab'.repeat(32), '112 (0123)', 'set-1']
    for (const drawn of [reportText(report), reportPage(report)]) {
      for (const word of [...wanted, ...words]) expect(drawn.toLowerCase()).toContain(word.toLowerCase())
    }
  })

  it('makes no markup and no terminal sequence of what stands in it', () => {
    const page = reportPage(runReport(state, 'ja'))
    expect(page).not.toContain('<b>')
    expect(page).toContain('/backup/&lt;b&gt;&amp;&quot;x&quot;.tar.zst')
    expect(page).not.toMatch(/<script|src=|href=/)
    expect(reportText(runReport(state, 'ja'))).toContain('一行目 二行目 [31m')
  })

  it('lines its columns up', () => {
    const lines = reportText(runReport(state, 'en')).split('\n')
    const head = lines.findIndex((line) => /^step +state +started/.test(line))
    const column = (lines[head] ?? '').indexOf('started')
    expect(lines[head + 1]?.slice(column)).toMatch(/^2026-11-22 02:00:01 UTC {2}2026-11-22 02:00:02 UTC {2}1\.0 s/)
  })
})
