import { fill } from '../../../shared/messages/fill.ts'
import { ja, type MessageKey } from '../../../shared/messages/ja.ts'
import { message, stepTitle } from '../../../shared/messages/step-title.ts'
import type { ArchiveSummary } from '../../../shared/model/archive.ts'
import type { Language } from '../../../shared/model/language.ts'
import type { Problem } from '../../../shared/model/problem.ts'
import type { RunState, ServiceOutage, StepView } from '../../../shared/model/run-state.ts'

/** A report as data: what a page is drawn from. Every text is final and in one language. */
export interface Report {
  readonly language: Language
  readonly title: string
  readonly tables: readonly ReportTable[]
}

/** Without `columns` it is a list of names and values. */
export interface ReportTable {
  readonly title: string
  readonly columns: readonly string[] | null
  readonly rows: readonly (readonly string[])[]
}

type Both = { readonly ja: string; readonly en: string }

/**
 * The record of one run for paper: who, where, which case, each step with its times and result, how long each service was
 * down, journal ranges (what each step left behind), archives with their digests, warnings, and what the run said.
 */
export function runReport(state: RunState, language: Language): Report {
  const pick = (text: Both) => text[language]
  const time = (at: string | null) => (at === null ? '-' : at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'))
  const steps = state.steps.map(({ id }) => id)
  const tables: readonly (ReportTable | null)[] = [
    facts(state, pick, time),
    {
      title: pick({ ja: '手順', en: 'Steps' }),
      columns: [
        pick({ ja: '手順', en: 'step' }),
        pick({ ja: '状態', en: 'state' }),
        pick({ ja: '開始', en: 'started' }),
        pick({ ja: '終了', en: 'ended' }),
        pick({ ja: '時間', en: 'time' }),
        pick({ ja: '結果', en: 'result' }),
      ],
      rows: state.steps.map((step) => [
        pick(stepTitle(state.runbook, step.id, steps)),
        pick(message(`step-state.${step.state}`)),
        time(step.startedAt),
        time(step.endedAt),
        seconds(step.startedAt, step.endedAt),
        resultOf(step, pick),
      ]),
    },
    filled(
      {
        title: pick({ ja: 'サービスの停止', en: 'Outage of services' }),
        columns: [
          pick({ ja: 'サービス', en: 'service' }),
          pick({ ja: '停止', en: 'stopped' }),
          pick({ ja: '再開', en: 'serving again' }),
          pick({ ja: '時間', en: 'time' }),
        ],
      },
      state.services.map((outage) => outageRow(outage, time)),
    ),
    ...state.archives.map((archive) => archiveTable(archive, pick)),
    filled(
      { title: pick({ ja: '警告', en: 'Warnings' }), columns: null },
      state.warnings.map((found) => [found.code, problemText(found, pick)]),
    ),
    filled(
      { title: pick({ ja: '記録', en: 'Log' }), columns: null },
      state.log.map((entry) => [time(entry.at), pick(entry)]),
    ),
  ]
  return {
    language,
    title: `${pick(message(`runbook.${state.runbook}`))} ${state.runId}`,
    tables: tables.filter((table) => table !== null),
  }
}

function facts(state: RunState, pick: (text: Both) => string, time: (at: string | null) => string): ReportTable {
  const { owner, outcome, problem, places, outageMs, servicesDown, exitCode } = state
  const rows: readonly (readonly [Both, string | null])[] = [
    [{ ja: '実行', en: 'run' }, state.runId],
    [{ ja: '手順', en: 'run-book' }, pick(message(`runbook.${state.runbook}`))],
    [{ ja: 'サーバ', en: 'servers' }, (state.hosts.length > 0 ? state.hosts : [state.host]).join(', ')],
    [
      { ja: '操作者', en: 'operator' },
      owner ? `${owner.operator}@${owner.host} (${owner.kind}, pid ${owner.pid})` : null,
    ],
    [{ ja: '開始', en: 'started' }, time(state.startedAt)],
    [{ ja: '終了', en: 'ended' }, time(state.endedAt)],
    [
      { ja: '結果', en: 'outcome' },
      outcome ? pick(message(`outcome.${outcome}`)) : pick({ ja: '未完了', en: 'unfinished' }),
    ],
    [{ ja: '終了コード', en: 'exit code' }, exitCode === null ? null : String(exitCode)],
    [{ ja: '問題', en: 'problem' }, problem ? `${problem.code}: ${problemText(problem, pick)}` : null],
    [
      { ja: '停止したままのサービス', en: 'services still down' },
      servicesDown.length > 0 ? servicesDown.join(', ') : null,
    ],
    [{ ja: '停止時間', en: 'outage' }, outageMs === null ? null : `${(outageMs / 1000).toFixed(1)} s`],
    [{ ja: '媒体', en: 'medium' }, places.map(({ host, to }) => `${host}: ${to}`).join(', ') || null],
    [{ ja: 'セット', en: 'set' }, state.setId || null],
  ]
  return {
    title: pick({ ja: '概要', en: 'Summary' }),
    columns: null,
    rows: rows.flatMap(([name, value]) => (value === null ? [] : [[pick(name), value]])),
  }
}

function archiveTable(archive: ArchiveSummary, pick: (text: Both) => string): ReportTable {
  const { host, path, bytes, contentBytes, members, sha256, position } = archive
  return {
    title: `${pick({ ja: 'アーカイブ', en: 'Archive' })} ${host}`,
    columns: null,
    rows: [
      [pick({ ja: '場所', en: 'place' }), path],
      [pick({ ja: '大きさ', en: 'size' }), `${bytes} B (${contentBytes} B)`],
      [pick({ ja: '件数', en: 'members' }), String(members)],
      [pick({ ja: '変更番号', en: 'change number' }), position ? `${position.number} (${position.timeline})` : '-'],
      ['SHA-256', sha256],
    ],
  }
}

function outageRow({ host, serviceId, stoppedAt, startedAt }: ServiceOutage, time: (at: string | null) => string) {
  return [`${host}/${serviceId}`, time(stoppedAt), time(startedAt), seconds(stoppedAt, startedAt)]
}

function resultOf({ receipt, problem }: StepView, pick: (text: Both) => string): string {
  if (problem) return `${problem.code}: ${pick(problem.message)}`
  const left = Object.entries(receipt ?? {}).filter(([, value]) => value !== null && value !== '')
  return left
    .map(([name, value]) => {
      const key = `receipt.${name}`
      return fill(pick(message(isMessage(key) ? key : 'receipt.other')), { name, value: value ?? '' })
    })
    .join(', ')
}

function isMessage(key: string): key is MessageKey {
  return Object.hasOwn(ja, key)
}

function problemText({ message: what, remedy }: Problem, pick: (text: Both) => string): string {
  return `${pick(what)} ${pick(remedy)}`
}

function seconds(from: string | null, to: string | null): string {
  return from === null || to === null ? '-' : `${((Date.parse(to) - Date.parse(from)) / 1000).toFixed(1)} s`
}

/** A table, or nothing where it would be empty. */
function filled(head: Pick<ReportTable, 'title' | 'columns'>, rows: ReportTable['rows']): ReportTable | null {
  return rows.length === 0 ? null : { ...head, rows }
}
