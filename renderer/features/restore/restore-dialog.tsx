import { type ReactNode, useId, useRef, useState } from 'react'
import { Button } from '../../chrome/button.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { Field } from '../../chrome/field.tsx'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { TaskView } from '../tasks/task-view.tsx'
import { TaskVolume } from '../tasks/volume-dialog.tsx'
import { useServerName } from '../use-words.ts'
import { AcceptLoss } from './repair-facts.tsx'
import { RestoreFacts } from './restore-facts.tsx'

/**
 * リストア (facts §8): names the servers and where their archives are, reads these to their end, and shows what a restore would
 * stop, replay and lose. Only then it goes on in the 手順 window; nothing is changed here.
 */
export function RestoreDialog(): ReactNode {
  const actions = useActions()
  const { t } = useText()
  const nameOf = useServerName()
  const { servers, backups, tasks } = useSnapshot((snapshot) => snapshot)
  const busy = useApp((state) => state.busy.some((name) => name.startsWith('restore.')))
  const master = servers.find((server) => server.roles.includes('master'))?.host
  const [hosts, setHosts] = useState<readonly string[]>(() => (master === undefined ? [] : [master]))
  const [from, setFrom] = useState(() => backups.last.find(({ host }) => host === master)?.path ?? '')
  const [accepted, setAccepted] = useState(false)
  const list = useId()
  const path = useRef<HTMLInputElement>(null)
  const subject = [...hosts, from].join(' ')
  const task = tasks.find((each) => each.kind === 'survey' && each.subject === subject)
  const looking = task?.state === 'running' || task?.state === 'cancelling'
  const plan = task?.state === 'done' ? task.plan : null
  const gaps = plan?.repairs.flatMap((repair) => repair.gaps) ?? []
  const leave = () => actions.show(null)

  const againstLooking = (): string | null => {
    if (busy || looking) return t('reason.busy')
    if (hosts.length === 0) return t('reason.no-server')
    return from.startsWith('/') ? null : t('restore.path-wanted')
  }
  const againstGoing = (): string | null => {
    if (plan === null) return t('restore.look-first')
    if (busy) return t('reason.busy')
    return gaps.length > 0 && !accepted ? t('repair.not-accepted') : null
  }
  const choose = (host: string, chosen: boolean) => {
    const next = servers.map((server) => server.host).filter((each) => (each === host ? chosen : hosts.includes(each)))
    setHosts(next)
    setAccepted(false)
    const [only] = next
    if (next.length === 1) setFrom(backups.last.find((each) => each.host === only)?.path ?? from)
  }

  const look = (chosen: string) => {
    setFrom(chosen)
    setAccepted(false)
  }
  const browse = async () => {
    const chosen = await actions.chooseFile(hosts.length > 1 ? 'folder' : 'archive')
    if (chosen !== null) look(chosen)
  }

  return (
    <Dialog
      wide
      title={t('restore.title')}
      onClose={leave}
      initialFocus={path}
      buttons={
        <>
          <Button
            label={t('restore.look')}
            mnemonic="I"
            reason={againstLooking()}
            onPress={() => void actions.surveyRestore(hosts, from)}
          />
          <Button
            label={t('restore.go')}
            mnemonic="N"
            asks
            reason={againstGoing()}
            onPress={() => void actions.prepareRestore(hosts, from, accepted ? gaps : [])}
          />
          <Button label={t('button.cancel')} mnemonic="C" onPress={leave} />
        </>
      }
    >
      <fieldset className="choices choices-row">
        <legend>{t('restore.servers')}</legend>
        {servers.map(({ host, name }) => (
          <label key={host}>
            <input
              type="checkbox"
              checked={hosts.includes(host)}
              onChange={(event) => choose(host, event.target.checked)}
            />
            {name}
          </label>
        ))}
      </fieldset>
      <div className="search-form">
        <Field label={t('restore.from')} hint={t('restore.from-hint')}>
          {({ id, describedBy }) => (
            <input
              id={id}
              ref={path}
              list={list}
              aria-describedby={describedBy}
              value={from}
              maxLength={4096}
              onChange={(event) => look(event.target.value)}
            />
          )}
        </Field>
        <Button label={t('button.browse')} mnemonic="B" asks onPress={() => void browse()} />
      </div>
      <datalist id={list}>
        {backups.last.flatMap(({ host, path: known }) =>
          known === null ? [] : [<option key={host} value={known} label={nameOf(host)} />],
        )}
      </datalist>
      {task !== undefined && plan === null && <TaskView task={task} label={t('restore.looking')} />}
      {plan !== null && <RestoreFacts plan={plan} />}
      {plan !== null && <AcceptLoss gaps={gaps} accepted={accepted} onChange={setAccepted} />}
      <TaskVolume kind="survey" hint={t('volume.survey-hint')} />
    </Dialog>
  )
}
