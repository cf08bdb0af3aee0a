import { message } from '../../../shared/messages/step-title.ts'
import type { Domain } from '../../../shared/model/domain.ts'
import type { Notice, NoticeKind } from '../../../shared/model/notification.ts'
import { type Problem, problem } from '../../../shared/model/problem.ts'
import type { RunOutcome } from '../../../shared/model/run.ts'
import type { RunState } from '../../../shared/model/run-state.ts'

type Both = { readonly ja: string; readonly en: string }

const kindWords: Readonly<Record<NoticeKind, Both>> = {
  failure: { ja: '失敗', en: 'FAILED' },
  warning: { ja: '警告', en: 'warning' },
  success: { ja: '完了', en: 'done' },
  missed: { ja: '未実行', en: 'MISSED' },
}

/**
 * What people are told of a run that ended, or null: who sat in front of the console when a run was refused or
 * cancelled knows it already.
 */
export function runNotice(domain: Domain, state: RunState): Notice | null {
  const { outcome } = state
  if (outcome === null) return null
  const kind = kindOf(state, outcome)
  if (kind === null) return null
  const { language } = domain.notifications
  const pick = (text: Both) => text[language]
  const hosts = state.hosts.length > 0 ? state.hosts : [state.host]
  const { owner, archives, warnings, servicesDown, outageMs } = state
  const rows: readonly (readonly [Both, string | null])[] = [
    [{ ja: 'ドメイン', en: 'domain' }, domain.name],
    [{ ja: 'サーバ', en: 'servers' }, hosts.join(', ')],
    [{ ja: '実行', en: 'run' }, state.runId],
    [{ ja: '操作者', en: 'operator' }, owner ? `${owner.operator}@${owner.host}` : null],
    [{ ja: '開始', en: 'started' }, state.startedAt],
    [{ ja: '終了', en: 'ended' }, state.endedAt],
    [{ ja: '結果', en: 'outcome' }, pick(message(`outcome.${outcome}`))],
    [{ ja: '停止時間', en: 'outage' }, outageMs === null ? null : `${(outageMs / 1000).toFixed(1)} s`],
    ...archives.map(({ path }) => [{ ja: 'アーカイブ', en: 'archive' }, path] as const),
  ]
  const down = [...new Set(servicesDown.map((name) => name.split('/')[0] ?? ''))].map((host) =>
    problem('services-down', { services: servicesDown.filter((name) => name.startsWith(`${host}/`)).join(', '), host }),
  )
  const said = [...down, ...(state.problem ? [state.problem] : []), ...warnings]
  return {
    kind,
    domain: domain.name,
    hosts,
    at: state.endedAt ?? state.startedAt,
    runId: state.runId,
    exitCode: state.exitCode,
    problem: state.problem?.code ?? null,
    subject: subjectOf(domain, kind, `${hosts.join(', ')} ${pick(message(`outcome.${outcome}`))}`),
    text: textOf(domain, rows, said),
  }
}

/** What people are told of an unattended command that was refused before it had a run: it did not happen. */
export function refusalNotice(domain: Domain, verb: string, found: Problem, at: string): Notice {
  const { language } = domain.notifications
  const rows = [
    [{ ja: 'ドメイン', en: 'domain' }, domain.name],
    [{ ja: 'コマンド', en: 'command' }, verb],
    [{ ja: '時刻', en: 'time' }, at],
    [{ ja: '終了コード', en: 'exit code' }, String(found.exitCode)],
  ] as const
  return {
    kind: 'failure',
    domain: domain.name,
    hosts: [],
    at,
    runId: null,
    exitCode: found.exitCode,
    problem: found.code,
    subject: subjectOf(domain, 'failure', `${verb}: ${found.message[language]}`),
    text: textOf(domain, rows, [found]),
  }
}

/** What people are told when a scheduled backup did not happen; `lines` say which and since when. */
export function missedNotice(domain: Domain, hosts: readonly string[], at: string, lines: readonly Both[]): Notice {
  const { language } = domain.notifications
  return {
    kind: 'missed',
    domain: domain.name,
    hosts: [...hosts],
    at,
    runId: null,
    exitCode: null,
    problem: null,
    subject: subjectOf(domain, 'missed', lines[0]?.[language] ?? ''),
    text: `${lines.map((line) => line[language]).join('\n')}\n`,
  }
}

function kindOf({ owner, stoppedAt }: RunState, outcome: RunOutcome): NoticeKind | null {
  if (outcome === 'done') return 'success'
  if (outcome === 'warnings') return 'warning'
  if (outcome === 'failed-restored' || outcome === 'failed-down') return 'failure'
  if (owner?.kind === 'command') return 'failure'
  return outcome === 'cancelled' && stoppedAt !== null ? 'warning' : null
}

function subjectOf(domain: Domain, kind: NoticeKind, what: string): string {
  return `[untenseki] ${kindWords[kind][domain.notifications.language]}: ${what}`.replace(/\p{Cc}/gu, ' ')
}

function textOf(
  { notifications: { language } }: Domain,
  rows: readonly (readonly [Both, string | null])[],
  problems: readonly Problem[],
): string {
  const facts = rows.filter(([, value]) => value !== null).map(([name, value]) => `${name[language]}: ${value}`)
  const said = problems.map(({ message, remedy }) => `\n${message[language]}\n${remedy[language]}`)
  return `${[...facts, ...said].join('\n')}\n`
}
