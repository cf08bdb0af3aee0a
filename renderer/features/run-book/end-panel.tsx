import { type ReactNode, useEffect, useRef } from 'react'
import { exitCodes } from '../../../shared/model/exit-code.ts'
import { type RunOutcome, stepIdOf } from '../../../shared/model/run.ts'
import type { RunState } from '../../../shared/model/run-state.ts'
import { Button } from '../../chrome/button.tsx'
import { type Fact, FactList } from '../../chrome/fact-list.tsx'
import { type Mark, StateMark } from '../../chrome/state-mark.tsx'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'

const marks: Readonly<Record<RunOutcome, Mark>> = {
  done: 'done',
  warnings: 'partial',
  'failed-restored': 'failed',
  'failed-down': 'failed',
  cancelled: 'partial',
  refused: 'failed',
}

/** How a run ended: the word for it, the archive, the outage; and where services are down, which, with the way up. */
export function EndPanel({ state }: { readonly state: RunState }): ReactNode {
  const actions = useActions()
  const { t, format, tell } = useText()
  const servers = useSnapshot((snapshot) => snapshot.servers)
  const starting = useApp((each) => each.busy.includes('servers.start'))
  const panel = useRef<HTMLElement>(null)
  useEffect(() => panel.current?.scrollIntoView({ block: 'nearest' }), [])
  const { outcome, archives, warnings, problem, servicesDown, outageMs, exitCode } = state
  if (outcome === null) return null
  const backs = state.steps.some(({ id }) => stepIdOf(id) === 'nxbackup')

  // Live: a service that was started since is not down any more.
  const stillDown = servicesDown.filter((name) => {
    const [host, id] = name.split('/')
    const service = servers.find((server) => server.host === host)?.services.find((each) => each.id === id)
    return service?.state !== 'running'
  })
  const nameOf = (name: string) => {
    const [host, id] = name.split('/')
    const server = servers.find((each) => each.host === host)
    return `${server?.name ?? host}: ${server?.services.find((each) => each.id === id)?.name ?? id}`
  }
  const rows: readonly Fact[] = [
    ...archives.flatMap(
      (archive) =>
        [
          ['path', t('end.path'), archive.path],
          ['size', t('end.size'), `${format.bytes(archive.bytes)} (${format.number(archive.bytes)} B)`],
          ['digest', t('end.digest'), archive.sha256],
          ['members', t('end.members'), format.number(archive.members)],
          ['change', t('end.change'), archive.position === null ? t('dash') : format.number(archive.position.number)],
        ] as const,
    ),
    ['outage', t('end.outage'), outageMs === null ? t('run.outage-none') : format.duration(outageMs)],
    ['exit', t('end.exit'), String(exitCode ?? '')],
  ]

  return (
    <section ref={panel} className="end-panel sunken" aria-label={t('end.region')} data-outcome={outcome}>
      <p className="strong" role="status">
        <StateMark mark={marks[outcome]} word={t(`outcome.${outcome}`)} />
      </p>
      {problem !== null && <p>{tell(problem)}</p>}
      {problem?.exitCode === exitCodes.replication && (
        <Button label={t('menu.reconcile')} mnemonic="K" asks onPress={() => actions.show({ kind: 'reconcile' })} />
      )}
      {warnings.map((warning) => (
        <p key={`${warning.code} ${warning.message.en}`}>{tell(warning)}</p>
      ))}
      {archives.length === 0 && backs && <p>{t('end.no-archive')}</p>}
      <FactList facts={rows} />
      {state.steps.some(({ id, state: now }) => id === 'settle-data' && now === 'done') && (
        <p className="path">{t('end.replaced', { run: state.runId })}</p>
      )}
      {stillDown.length > 0 && (
        <div role="alert">
          <StateMark mark="failed" word={`${t('end.down')}: ${stillDown.map(nameOf).join(', ')}`} />
          <Button
            label={t('run.start-services')}
            mnemonic="S"
            reason={starting ? t('reason.busy') : null}
            onPress={() => void actions.startServices([...stillDown].reverse())}
          />
        </div>
      )}
    </section>
  )
}
