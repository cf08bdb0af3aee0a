import type { ReactNode } from 'react'
import type { RestorePlan } from '../../../shared/model/restore.ts'
import { useText } from '../../text/use-text.ts'
import { useServerName } from '../use-words.ts'
import { RepairFacts } from './repair-facts.tsx'

/** What a restore would do, before anything is stopped: its archives, which servers stop, what データ修復 then brings back. */
export function RestoreFacts({ plan }: { readonly plan: RestorePlan }): ReactNode {
  const { t, format, tell } = useText()
  const nameOf = useServerName()
  return (
    <section aria-label={t('restore.plan')} data-case={plan.case}>
      <p className="strong">{t(`restore.case-${plan.case}`)}</p>
      <dl className="end-facts sunken">
        {plan.archives.map((archive) => (
          <div key={archive.host}>
            <dt>{nameOf(archive.host)}</dt>
            <dd className="path">
              {t('restore.archive', {
                path: archive.path,
                time: format.dateTime(archive.startedAt),
                size: format.bytes(archive.contentBytes),
              })}
            </dd>
          </div>
        ))}
        <div>
          <dt>{t('restore.stops')}</dt>
          <dd data-fact="stops">{plan.stops.map(nameOf).join(', ')}</dd>
        </div>
      </dl>
      {plan.repairs.map((repair) => (
        <div key={repair.host}>
          <p>{t('repair.facts', { server: nameOf(repair.host) })}:</p>
          <RepairFacts plan={repair} />
        </div>
      ))}
      {plan.warnings.map((warning) => (
        <p key={`${warning.code} ${warning.message.en}`} className="told">
          {tell(warning)}
        </p>
      ))}
      <p className="fine">{t('restore.kept')}</p>
    </section>
  )
}
