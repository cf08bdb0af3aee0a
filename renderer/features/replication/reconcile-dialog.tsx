import { type ReactNode, useRef, useState } from 'react'
import type { NewerChoice } from '../../../shared/model/reconcile.ts'
import { Button } from '../../chrome/button.tsx'
import { Confirm } from '../../chrome/confirm.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { Grid } from '../../chrome/grid.tsx'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { TaskView } from '../tasks/task-view.tsx'
import { useServerName } from '../use-words.ts'
import { replicaRows } from './replica-rows.tsx'

/**
 * 整合性確保 (facts §5): sends a server what it lacks, compares it with the master and mends what differs. Records that only the
 * server holds are shown, and nothing is overwritten before the operator has said what becomes of them.
 */
export function ReconcileDialog(): ReactNode {
  const actions = useActions()
  const text = useText()
  const { t } = text
  const nameOf = useServerName()
  const { directory, tasks } = useSnapshot((snapshot) => snapshot)
  const sent = useApp((state) => state.busy.includes('reconcile.start'))
  const replicas = directory.kind === 'up' ? directory.status.replicas : []
  const [host, setHost] = useState<string | null>(
    () => (replicas.find((each) => each.state !== 'complete') ?? replicas[0])?.host ?? null,
  )
  const [asking, setAsking] = useState<Exclude<NewerChoice, 'refuse'> | null>(null)
  const close = useRef<HTMLButtonElement>(null)
  const task = tasks.find((each) => each.kind === 'reconcile' && each.subject === host)
  const going = task?.state === 'running' || task?.state === 'cancelling'
  const newer = task?.state === 'done' && task.receipt?.newer !== undefined

  const blocked = (): string | null => {
    if (directory.kind !== 'up') return t('reason.directory-down')
    if (host === null) return t('reason.no-server')
    return sent || going ? t('reason.busy') : null
  }
  const begin = (choice: NewerChoice) => {
    setAsking(null)
    if (host !== null) void actions.reconcile(host, choice)
  }
  const leave = () => actions.show(null)

  return (
    <Dialog
      wide
      title={t('reconcile.title')}
      onClose={leave}
      initialFocus={close}
      buttons={
        <>
          {newer && (
            <Button label={t('reconcile.bring-back')} mnemonic="M" asks onPress={() => setAsking('bring-back')} />
          )}
          {newer && (
            <Button label={t('reconcile.overwrite')} mnemonic="O" asks onPress={() => setAsking('overwrite')} />
          )}
          <Button label={t('reconcile.button')} mnemonic="K" reason={blocked()} onPress={() => begin('refuse')} />
          <Button label={t('button.close')} mnemonic="C" onPress={leave} ref={close} />
        </>
      }
    >
      <p>{t('reconcile.servers')}:</p>
      <Grid
        label={t('reconcile.servers')}
        columns={[
          { id: 'server', label: t('column.server') },
          { id: 'state', label: t('column.replication') },
          { id: 'waiting', label: t('column.waiting'), numeric: true },
          { id: 'oldest', label: t('column.oldest') },
          { id: 'applied', label: t('column.applied'), numeric: true },
          { id: 'heard', label: t('column.heard') },
        ]}
        rows={replicaRows(replicas, nameOf, text)}
        selected={host === null ? [] : [host]}
        onSelect={(keys) => setHost(keys[0] ?? null)}
      />
      <Told host={host} except={task?.problem?.code ?? null} />
      {task !== undefined && <TaskView task={task} label={`${t('reconcile.title')} - ${nameOf(task.subject)}`} />}
      {newer && <p className="told">{t('reconcile.newer')}</p>}
      {asking !== null && host !== null && (
        <Confirm
          title={t(`reconcile.${asking}`)}
          question={t(`reconcile.${asking}-question`, { server: nameOf(host) })}
          lines={[t(`reconcile.${asking}-effect`)]}
          onYes={() => begin(asking)}
          onNo={() => setAsking(null)}
        />
      )}
    </Dialog>
  )
}

/** Why the chosen server is not fed, unless the task says so itself. */
function Told({ host, except }: { readonly host: string | null; readonly except: string | null }): ReactNode {
  const { tell } = useText()
  const directory = useSnapshot((snapshot) => snapshot.directory)
  const problem =
    directory.kind === 'up' ? directory.status.replicas.find((each) => each.host === host)?.problem : undefined
  if (problem === undefined || problem === null || problem.code === except) return null
  return (
    <p className="told" role="alert">
      {tell(problem)}
    </p>
  )
}
