import type { ReactNode } from 'react'
import type { Activity } from '../../../shared/model/console.ts'
import { StateMark } from '../../chrome/state-mark.tsx'
import { useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { useServerName } from '../use-words.ts'

const marks = { running: 'moving', done: 'done', failed: 'failed' } as const

/** Starts and stops asked for from this console: how far they are, how they ended. */
export function Activities({ activities }: { readonly activities: readonly Activity[] }): ReactNode {
  const { t } = useText()
  if (activities.length === 0) return null
  return (
    <ul className="activities" aria-label={t('activity.region')} aria-live="polite">
      {activities.map((activity) => (
        <ActivityLine key={activity.id} activity={activity} />
      ))}
    </ul>
  )
}

function ActivityLine({ activity }: { readonly activity: Activity }): ReactNode {
  const { t, tell } = useText()
  const servers = useSnapshot((snapshot) => snapshot.servers)
  const nameOf = useServerName()
  const services = servers.find((server) => server.host === activity.host)?.services ?? []
  const serviceName = (id: string) => services.find((service) => service.id === id)?.name ?? id
  const server = nameOf(activity.host)
  const target = activity.serviceId === null ? server : `${server}: ${serviceName(activity.serviceId)}`
  return (
    <li>
      <StateMark mark={marks[activity.state]} word={t(`activity.${activity.action}.${activity.state}`, { target })} />
      {activity.state === 'running' && activity.current !== null && (
        <span className="fine"> {t('activity.current', { service: serviceName(activity.current) })}</span>
      )}
      {activity.problem !== null && <p className="activity-problem">{tell(activity.problem)}</p>}
    </li>
  )
}
