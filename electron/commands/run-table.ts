import { fill } from '../../shared/messages/fill.ts'
import { message, stepTitle } from '../../shared/messages/step-title.ts'
import type { ArchiveSummary } from '../../shared/model/archive.ts'
import { problem } from '../../shared/model/problem.ts'
import { stepIdOf } from '../../shared/model/run.ts'
import type { RunState, StepView } from '../../shared/model/run-state.ts'
import type { Output } from './output.ts'
import { bytesText, secondsText } from './units.ts'

/** A finished run as a table of its steps and the facts of its end. */
export function showRun(state: RunState, output: Output): void {
  const steps = state.steps.map(({ id }) => id)
  const rows = state.steps.map((step) => ({
    id: step.id,
    title: output.pick(stepTitle(state.runbook, step.id, steps)),
    state: step.state,
    word: output.pick(message(`step-state.${step.state}`)),
    time: step.startedAt && step.endedAt ? secondsText(Date.parse(step.endedAt) - Date.parse(step.startedAt)) : null,
    receipt: receiptText(step, output),
  }))
  output.rows('step', rows, [
    { key: 'title', title: { ja: '手順', en: 'step' } },
    { key: 'word', title: { ja: '状態', en: 'state' } },
    { key: 'time', title: { ja: '時間', en: 'time' }, right: true },
    { key: 'receipt', title: { ja: '結果', en: 'result' } },
  ])
  if (state.outcome) output.line(message(`outcome.${state.outcome}`))
  if (state.servicesDown.length > 0) {
    output.problem(problem('services-down', { services: state.servicesDown.join(', '), host: state.host }))
  }
  if (state.outageMs !== null) {
    output.line({ ja: `停止時間 ${secondsText(state.outageMs)}`, en: `Outage ${secondsText(state.outageMs)}` })
  }
  for (const warning of state.warnings) output.problem(warning)
  for (const archive of state.archives) showArchive(archive, output)
}

function showArchive(archive: ArchiveSummary, output: Output): void {
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

function receiptText(step: StepView, output: Output): string {
  const { receipt } = step
  if (!receipt) return ''
  if (['nxbackup', 'second-copy'].includes(stepIdOf(step.id))) return String(receipt.path ?? '')
  if (['clear-journal', 'seal'].includes(stepIdOf(step.id))) {
    return fill(output.pick(message('receipt.records')), { value: receipt.records ?? 0 })
  }
  return typeof receipt.services === 'string' ? receipt.services : ''
}
