import type { ReactNode } from 'react'
import type { RunView } from '../../../shared/model/console.ts'
import { useNow } from '../../chrome/use-now.ts'
import { useText } from '../../text/use-text.ts'

/** The outage, counting while services are down, and where the archive goes or is; データ修復 has none. */
export function RunFacts({ run }: { readonly run: RunView }): ReactNode {
  const { t, format } = useText()
  const { outageMs } = run.state
  const counting = outageMs === null && run.outageSince !== null && run.phase !== 'ended'
  const now = useNow(counting)
  const outage = () => {
    if (outageMs !== null) return format.duration(outageMs)
    return run.outageSince === null ? t('run.outage-none') : format.duration(now - Date.parse(run.outageSince))
  }
  return (
    <dl className="facts">
      <div>
        <dt>{t('run.outage')}</dt>
        <dd data-fact="outage">
          {outage()}
          {run.outageLimitMs !== null && ` ${t('run.outage-limit', { time: format.duration(run.outageLimitMs) })}`}
        </dd>
      </div>
      {run.state.runbook !== 'repair' && (
        <div className="facts-grow">
          <dt>{t('run.medium')}</dt>
          <dd className="path" data-fact="medium">
            {run.to ?? t('run.medium-none')}
          </dd>
        </div>
      )}
    </dl>
  )
}
