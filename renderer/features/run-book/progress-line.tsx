import { Progress as Bar } from '@base-ui/react/progress'
import type { ReactNode } from 'react'
import type { Progress } from '../../../shared/model/progress.ts'
import { useText } from '../../text/use-text.ts'

/** How far a copy or a check is: share, bytes, members, rate and the time left. */
export function ProgressLine({ progress }: { readonly progress: Progress }): ReactNode {
  const { t, format } = useText()
  const { bytesDone, bytesTotal, membersDone, membersTotal, rate, remainingMs } = progress
  const known = progress.phase !== 'scan' && bytesTotal > 0
  const counted = progress.phase === 'repair' && membersTotal > 0
  const share = known ? bytesDone / bytesTotal : counted ? membersDone / membersTotal : null
  const parts = [
    t(`progress.${progress.phase}`),
    ...(share === null ? [] : [format.percent(Math.min(1, share))]),
    ...(known ? [`${format.bytes(bytesDone)}/${format.bytes(bytesTotal)}`] : []),
    ...(membersTotal > 0
      ? [t('run.members', { done: format.number(membersDone), total: format.number(membersTotal) })]
      : []),
    ...(rate === null ? [] : [t('run.rate', { rate: format.bytes(rate) })]),
    ...(remainingMs === null ? [] : [t('run.remaining', { time: format.duration(remainingMs) })]),
  ]
  return (
    <div className="progress">
      <Bar.Root
        value={share === null ? null : Math.min(100, share * 100)}
        aria-label={t('run.progress')}
        getAriaValueText={() => parts.join(' ')}
      >
        <Bar.Track className="progress-track">
          <Bar.Indicator className="progress-bar" />
        </Bar.Track>
      </Bar.Root>
      <span className="progress-text">{parts.join('  ')}</span>
      {progress.current !== null && <span className="fine path progress-current">{progress.current}</span>}
    </div>
  )
}
