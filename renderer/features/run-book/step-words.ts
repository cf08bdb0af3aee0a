import { ja, type MessageKey } from '../../../shared/messages/ja.ts'
import { type Receipt, type StepName, stepHostOf, stepIdOf } from '../../../shared/model/run.ts'
import type { StepView } from '../../../shared/model/run-state.ts'
import type { Mark } from '../../chrome/state-mark.tsx'
import type { Text } from '../../text/use-text.ts'

const marks: Readonly<Record<StepView['state'], Mark>> = {
  waiting: 'waiting',
  running: 'moving',
  done: 'done',
  failed: 'failed',
  undoing: 'moving',
  undone: 'partial',
  'undo-failed': 'failed',
  'left-out': 'partial',
}

export function stepMark(state: StepView['state']): Mark {
  return marks[state]
}

/** The step in words, with its server's name where the run does it once a server. */
export function stepTitle(step: StepName, t: Text['t'], nameOf: (host: string) => string): string {
  const host = stepHostOf(step)
  const title = t(`step.${stepIdOf(step)}`)
  return host === null ? title : t('step.of-server', { title, server: nameOf(host) })
}

/** What a step left behind, in words; what it did not tell is left out. */
export function receiptText(receipt: Receipt | null, { t, format }: Pick<Text, 't' | 'format'>): string {
  if (receipt === null) return ''
  const parts: string[] = []
  for (const [name, value] of Object.entries(receipt)) {
    if (value === null || value === '') continue
    const shown = receiptValue(name, value, format)
    const key = `receipt.${name}`
    parts.push(isMessage(key) ? t(key, { value: shown }) : t('receipt.other', { name, value: shown }))
  }
  return parts.join(', ')
}

function receiptValue(name: string, value: string | number, format: Text['format']): string {
  if (name === 'bytes' || name === 'unread') return format.bytes(Number(value))
  if (typeof value === 'number') return format.number(value)
  if (name === 'since') return format.time(value)
  // The whole digest stands in the result at the end; here it is for the eye.
  return name === 'sha256' ? `${value.slice(0, 12)}…` : value
}

function isMessage(key: string): key is MessageKey {
  return Object.hasOwn(ja, key)
}
