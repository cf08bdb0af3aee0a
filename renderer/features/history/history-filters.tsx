import { type ReactNode, useId } from 'react'
import { type HistoryFilter, historyFilterSchema } from '../../../shared/model/history.ts'
import { useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { outcomeWord } from './history-rows.tsx'

const runbooks = historyFilterSchema.shape.runbook.unwrap().options
const outcomes = historyFilterSchema.shape.outcome.unwrap().options

interface Choice {
  readonly label: string
  readonly value: string | null
  readonly options: readonly (readonly [value: string, word: string])[]
  readonly onChange: (value: string | null) => void
}

/** Narrows the list by server, procedure, result and text; the list follows at once. */
export function HistoryFilters(props: {
  readonly filter: HistoryFilter
  readonly onChange: (filter: HistoryFilter) => void
}): ReactNode {
  const { filter, onChange } = props
  const { t } = useText()
  const servers = useSnapshot((snapshot) => snapshot.servers)
  const id = useId()
  return (
    <fieldset className="filters">
      <legend className="for-readers">{t('history.filter')}</legend>
      <Choose
        label={t('history.server')}
        value={filter.host}
        options={servers.map(({ host, name }) => [host, name])}
        onChange={(host) => onChange({ ...filter, host })}
      />
      <Choose
        label={t('history.runbook')}
        value={filter.runbook}
        options={runbooks.map((each) => [each, t(`runbook.${each}`)])}
        onChange={(value) => onChange({ ...filter, runbook: runbooks.find((each) => each === value) ?? null })}
      />
      <Choose
        label={t('history.outcome')}
        value={filter.outcome}
        options={outcomes.map((each) => [each, outcomeWord(each, t)])}
        onChange={(value) => onChange({ ...filter, outcome: outcomes.find((each) => each === value) ?? null })}
      />
      <label htmlFor={id}>{t('history.text')}</label>
      <input
        id={id}
        type="search"
        maxLength={256}
        value={filter.text}
        title={t('history.text-hint')}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
      />
    </fieldset>
  )
}

function Choose({ label, value, options, onChange }: Choice): ReactNode {
  const { t } = useText()
  const id = useId()
  return (
    <span className="filter">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value ?? ''} onChange={(event) => onChange(event.target.value || null)}>
        <option value="">{t('history.any')}</option>
        {options.map(([each, word]) => (
          <option key={each} value={each}>
            {word}
          </option>
        ))}
      </select>
    </span>
  )
}
