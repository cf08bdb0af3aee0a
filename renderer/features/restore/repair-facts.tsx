import type { ReactNode } from 'react'
import type { ChangeRange } from '../../../shared/model/position.ts'
import type { RepairPlan } from '../../../shared/model/repair.ts'
import { type Fact, FactList } from '../../chrome/fact-list.tsx'
import { useText } from '../../text/use-text.ts'
import { useServerName } from '../use-words.ts'

/** `1,204-1,210, 1,300`: change numbers as an operator reads them. */
function useRanges(): (ranges: readonly ChangeRange[]) => string {
  const { format } = useText()
  return (ranges) =>
    ranges
      .map(({ first, last }) =>
        first === last ? format.number(first) : `${format.number(first)}-${format.number(last)}`,
      )
      .join(', ')
}

/** What データ修復 of one server would bring back, and what nobody holds any more. */
export function RepairFacts({ plan }: { readonly plan: RepairPlan }): ReactNode {
  const { t, format } = useText()
  const nameOf = useServerName()
  const ranges = useRanges()
  const facts: readonly Fact[] = [
    ['position', t('repair.position'), format.number(plan.position.number)],
    ['reaches', t('repair.reaches'), format.number(plan.reaches.number)],
    [
      'replay',
      t('repair.replay'),
      plan.records === 0
        ? t('repair.nothing')
        : t('repair.records', { count: format.number(plan.records), ranges: ranges(plan.replay) }),
    ],
    ['gaps', t('repair.gaps'), plan.gaps.length === 0 ? t('none') : ranges(plan.gaps)],
    ...(plan.unasked.length === 0
      ? []
      : [['unasked', t('repair.unasked'), plan.unasked.map(nameOf).join(', ')] as const]),
    ...plan.corrupt.map(
      ({ file, line }) => ['corrupt', t('repair.corrupt'), t('repair.corrupt-place', { file, line })] as const,
    ),
  ]
  return <FactList sunken facts={facts} label={t('repair.facts', { server: nameOf(plan.host) })} />
}

interface Acceptance {
  readonly gaps: readonly ChangeRange[]
  readonly accepted: boolean
  readonly onChange: (accepted: boolean) => void
}

/** What would be lost for ever must be given up by name, here by number. */
export function AcceptLoss({ gaps, accepted, onChange }: Acceptance): ReactNode {
  const { t } = useText()
  const ranges = useRanges()
  if (gaps.length === 0) return null
  return (
    <div className="told" role="alert">
      <p>{t('repair.loss', { ranges: ranges(gaps) })}</p>
      <label>
        <input type="checkbox" checked={accepted} onChange={(event) => onChange(event.target.checked)} />
        {t('repair.accept')}
      </label>
    </div>
  )
}
