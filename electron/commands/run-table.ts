import { problem } from '../../shared/model/problem.ts'
import type { StepId } from '../../shared/model/run.ts'
import type { RunState, StepView } from '../../shared/model/run-state.ts'
import type { Both, Output } from './output.ts'
import { bytesText, secondsText } from './units.ts'

/** The steps by name; the first eight carry the numbers of manual 15.2.3 (1). */
const stepTitles: Record<StepId, Both> = {
  'open-console': { ja: '1 運転席を起動', en: '1 open the console' },
  'take-lock': { ja: '2 バックアップ(排他を開始)', en: '2 backup (begin exclusive lock)' },
  'clear-journal': { ja: '3 ジャーナルクリア', en: '3 clear the journal' },
  'release-lock': { ja: '4 閉じる(排他を終了)', en: '4 close (end exclusive lock)' },
  'end-console': { ja: '5 運転席を終了', en: '5 end the console' },
  'stop-server': { ja: '6 他サーバ・サーバを停止', en: '6 stop dependents and server' },
  'stop-directory': { ja: '7 アドレスサービス, Object Server を停止', en: '7 stop address service, Object Server' },
  nxbackup: { ja: '8 nxbackup', en: '8 nxbackup' },
  verify: { ja: '9 検証', en: '9 verify' },
  start: { ja: '10 Object Server から順に起動', en: '10 start from Object Server on' },
}

const stateWords: Record<StepView['state'], Both> = {
  waiting: { ja: '未実行', en: 'waiting' },
  running: { ja: '実行中', en: 'running' },
  done: { ja: '完了', en: 'done' },
  failed: { ja: '失敗', en: 'failed' },
  undoing: { ja: '取消中', en: 'undoing' },
  undone: { ja: '取消済み', en: 'undone' },
  'undo-failed': { ja: '取消失敗', en: 'undo failed' },
}

const outcomeWords: Record<NonNullable<RunState['outcome']>, Both> = {
  done: { ja: '完了', en: 'done' },
  warnings: { ja: '警告付き完了', en: 'done with warnings' },
  'failed-restored': { ja: '失敗(サービス復旧済み)', en: 'failed (services restored)' },
  'failed-down': { ja: '失敗(サービス停止中)', en: 'failed (services DOWN)' },
  cancelled: { ja: '中止', en: 'cancelled' },
  refused: { ja: '実行できませんでした(何も停止していません)', en: 'refused (nothing was stopped)' },
}

/** A finished run as a table of its steps and the facts of its end. */
export function showRun(state: RunState, output: Output): void {
  const rows = state.steps.map((step) => ({
    id: step.id,
    title: output.pick(stepTitles[step.id]),
    state: step.state,
    word: output.pick(stateWords[step.state]),
    time: step.startedAt && step.endedAt ? secondsText(Date.parse(step.endedAt) - Date.parse(step.startedAt)) : null,
    receipt: receiptText(step),
  }))
  output.rows('step', rows, [
    { key: 'title', title: { ja: '手順', en: 'step' } },
    { key: 'word', title: { ja: '状態', en: 'state' } },
    { key: 'time', title: { ja: '時間', en: 'time' }, right: true },
    { key: 'receipt', title: { ja: '結果', en: 'result' } },
  ])
  if (state.outcome) output.line(outcomeWords[state.outcome])
  if (state.servicesDown.length > 0) {
    output.problem(problem('services-down', { services: state.servicesDown.join(', '), host: state.host }))
  }
  if (state.outageMs !== null) {
    output.line({ ja: `停止時間 ${secondsText(state.outageMs)}`, en: `Outage ${secondsText(state.outageMs)}` })
  }
  const { archive } = state
  if (!archive) return
  output.line({
    ja: `変更番号 ${archive.position?.number ?? '-'}`,
    en: `Change number ${archive.position?.number ?? '-'}`,
  })
  output.line({ ja: `SHA-256 ${archive.sha256}`, en: `SHA-256 ${archive.sha256}` })
  output.line({
    ja: `${archive.members} 件,${bytesText(archive.contentBytes)} → ${bytesText(archive.bytes)}`,
    en: `${archive.members} members, ${bytesText(archive.contentBytes)} → ${bytesText(archive.bytes)}`,
  })
  output.line({ ja: archive.path, en: archive.path })
}

function receiptText(step: StepView): string {
  const { receipt } = step
  if (!receipt) return ''
  if (step.id === 'nxbackup') return String(receipt.path ?? '')
  if (step.id === 'clear-journal') return `${receipt.records ?? 0}`
  return typeof receipt.services === 'string' ? receipt.services : ''
}
