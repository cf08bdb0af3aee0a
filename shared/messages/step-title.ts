import { type Runbook, type StepName, stepHostOf, stepIdOf, stepNumber } from '../model/run.ts'
import { en } from './en.ts'
import { ja, type MessageKey } from './ja.ts'

type Both = { readonly ja: string; readonly en: string }

/** A message in both languages. */
export function message(key: MessageKey): Both {
  return { ja: ja[key], en: en[key] }
}

/** The step's number among the run's `steps` and its name, as the 手順 window shows them. */
export function stepTitle(runbook: Runbook, step: StepName, steps: readonly StepName[]): Both {
  const { ja: japanese, en: english } = message(`step.${stepIdOf(step)}`)
  const host = stepHostOf(step)
  const number = stepNumber(runbook, step, steps)
  const of = host === null ? '' : ` [${host}]`
  return { ja: `${number} ${japanese}${of}`, en: `${number} ${english}${of}` }
}
