import type { ReactNode } from 'react'
import { StateMark } from '../../chrome/state-mark.tsx'
import { useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { useServerName } from '../use-words.ts'

/** When the next unattended backup is due, and how the last one ended. */
export function Schedule(): ReactNode {
  const { t, format } = useText()
  const schedule = useSnapshot((snapshot) => snapshot.schedule)
  if (schedule === null) return null
  const { installed, next, last } = schedule
  const ended = last?.outcome ?? null
  const outcome = ended === null ? '' : ` (${t('schedule.last', { outcome: t(`outcome.${ended}`) })})`
  const word =
    installed === null
      ? t('schedule.none')
      : t('schedule.next', { time: next === null ? installed.calendar : format.dateTime(next) })
  return (
    <span data-fact="schedule" title={installed?.files.join(' ')}>
      {word}
      {installed !== null && outcome}
    </span>
  )
}

/** When the chosen server (else the master) was last backed up, and what makes another backup due: what was registered since, and what became of the domain. */
export function LastBackup({ host }: { readonly host: string | null }): ReactNode {
  const { t, format } = useText()
  const nameOf = useServerName()
  const { servers, backups } = useSnapshot((snapshot) => snapshot)
  const wanted = host ?? servers.find((server) => server.roles.includes('master'))?.host
  const last = backups.last.find((each) => each.host === wanted)
  if (last === undefined) return null
  const reasons = last.due.map(({ reason, host: of }) => t(`due.${reason}`, { server: nameOf(of) }))
  const changes = last.changesSince ?? 0
  const said = [
    ...(changes > 0 ? [t('backups.changes', { count: format.number(changes) })] : []),
    ...(reasons.length > 0 ? [t('backups.due', { reasons: reasons.join(', ') })] : []),
  ]
  const server = nameOf(last.host)
  const word =
    last.at === null ? t('backups.none', { server }) : t('backups.last', { server, time: format.dateTime(last.at) })
  const why = said.length > 0 ? ` (${said.join(', ')})` : ''
  return (
    <span className="row-end" data-fact="last-backup" title={`${word}${why}`}>
      <StateMark mark={last.at === null || why !== '' ? 'partial' : 'done'} word={`${word}${why}`} />
    </span>
  )
}
