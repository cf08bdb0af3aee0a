import type { ReactNode } from 'react'
import type { HistoryRow } from '../../../shared/model/history.ts'
import type { RunState } from '../../../shared/model/run-state.ts'
import { type Fact, FactList } from '../../chrome/fact-list.tsx'
import { ownerName } from '../../text/format.ts'
import { useText } from '../../text/use-text.ts'
import { RunLog } from '../run-book/run-log.tsx'
import { StepList } from '../run-book/step-list.tsx'
import { useServerName } from '../use-words.ts'
import { outcomeWord } from './history-rows.tsx'

interface Detail {
  readonly run: RunState | null
  readonly row: HistoryRow | null
}

/** One run: who and when, its steps, what each service missed, its archives, warnings and log. */
export function HistoryDetail({ run, row }: Detail): ReactNode {
  const { t, tell } = useText()
  if (row !== null && row.runbook === null) {
    return (
      <p className="told" role="alert">
        {row.problem === null ? t('history.unreadable') : tell(row.problem)}
      </p>
    )
  }
  if (run === null) return <p className="told">{t('history.choose')}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
    <section className="list detail" tabIndex={0} aria-label={t('history.detail')} data-run={run.runId}>
      <Facts run={run} />
      {run.problem !== null && (
        <p data-fact="problem">
          {t('history.problem')}: {tell(run.problem)}
        </p>
      )}
      {run.warnings.map((warning) => (
        <p key={warning.code}>
          {t('history.warnings')}: {tell(warning)}
        </p>
      ))}
      <StepList state={run} progress={null} />
      <Outages run={run} />
      {run.log.length > 0 && <RunLog log={run.log} />}
    </section>
  )
}

function Facts({ run }: { readonly run: RunState }): ReactNode {
  const { t, format } = useText()
  const nameOf = useServerName()
  const time = (iso: string | null) => (iso === null ? t('dash') : format.dateTime(iso))
  const facts: readonly Fact[] = [
    ['id', t('history.id'), run.runId],
    ['runbook', t('history.runbook'), `${t(`runbook.${run.runbook}`)} (${run.hosts.map(nameOf).join(', ')})`],
    ['outcome', t('history.outcome'), outcomeWord(run.outcome ?? 'unfinished', t)],
    ['owner', t('history.by'), run.owner === null ? t('dash') : ownerName(run.owner)],
    ['from', t('history.from'), time(run.startedAt)],
    ['to', t('history.to'), time(run.endedAt)],
    ['outage', t('end.outage'), run.outageMs === null ? t('run.outage-none') : format.duration(run.outageMs)],
    ...run.archives.flatMap(
      (archive) =>
        [
          [`path-${archive.host}`, `${t('end.path')} (${nameOf(archive.host)})`, archive.path],
          [`size-${archive.host}`, t('end.size'), format.bytes(archive.bytes)],
          [`digest-${archive.host}`, t('end.digest'), archive.sha256],
          [
            `change-${archive.host}`,
            t('end.change'),
            archive.position === null ? t('dash') : format.number(archive.position.number),
          ],
        ] as const,
    ),
  ]
  return <FactList facts={facts} />
}

/** How long each service that the run stopped was down. */
function Outages({ run }: { readonly run: RunState }): ReactNode {
  const { t, format } = useText()
  const nameOf = useServerName()
  if (run.services.length === 0) return null
  return (
    <table aria-label={t('history.services')} className="plain">
      <thead>
        <tr>
          <th scope="col">{t('column.service')}</th>
          <th scope="col" className="numeric">
            {t('column.outage')}
          </th>
        </tr>
      </thead>
      <tbody>
        {run.services.map(({ host, serviceId, stoppedAt, startedAt }) => (
          <tr key={`${host}/${serviceId}`}>
            <td>
              {nameOf(host)}: {serviceId}
            </td>
            <td className="numeric">
              {startedAt === null
                ? t('history.service-down')
                : format.duration(Date.parse(startedAt) - Date.parse(stoppedAt))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
