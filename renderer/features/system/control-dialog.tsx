import { type ReactNode, useState } from 'react'
import type { ServerStatus } from '../../../shared/model/server.ts'
import { Button } from '../../chrome/button.tsx'
import { Confirm } from '../../chrome/confirm.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { StateMark } from '../../chrome/state-mark.tsx'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { serviceState } from '../server-state.ts'
import { Activities } from './activities.tsx'

export interface ControlDialogProps {
  readonly action: 'start' | 'stop'
  readonly server: ServerStatus
}

/** 起動 and 停止 of a whole server in the right order, or of one service; it stays open and shows how it goes. */
export function ControlDialog({ action, server }: ControlDialogProps): ReactNode {
  const actions = useActions()
  const { t } = useText()
  const [serviceId, setServiceId] = useState<string | null>(null)
  const [asking, setAsking] = useState(false)
  const busy = useApp((state) => state.busy.includes(`servers.${action}`))
  const activities = useSnapshot((snapshot) => snapshot.activities).filter((each) => each.host === server.host)
  const going = busy || activities.some((activity) => activity.state === 'running')
  const ordered = action === 'start' ? server.services : [...server.services].reverse()
  const service = server.services.find((each) => each.id === serviceId)
  const target = service === undefined ? server.name : `${server.name}: ${service.name}`
  const close = () => actions.show(null)

  const go = () => {
    setAsking(false)
    void (action === 'start' ? actions.start(server.host, serviceId) : actions.stop(server.host, serviceId))
  }

  return (
    <Dialog
      title={`${t(`${action}.title`)} - ${server.name}`}
      onClose={close}
      buttons={
        <>
          <Button
            label={t(`control.${action}`)}
            mnemonic={action === 'start' ? 'T' : 'P'}
            reason={going ? t('reason.busy') : null}
            onPress={action === 'stop' ? () => setAsking(true) : go}
          />
          <Button label={t('button.close')} mnemonic="C" onPress={close} />
        </>
      }
    >
      <fieldset className="choices">
        <legend>{t('control.target')}</legend>
        <label>
          <input type="radio" name="target" checked={serviceId === null} onChange={() => setServiceId(null)} />
          {t('control.whole')}
        </label>
        {ordered.map((each) => (
          <label key={each.id}>
            <input type="radio" name="target" checked={serviceId === each.id} onChange={() => setServiceId(each.id)} />
            {each.name}
          </label>
        ))}
      </fieldset>
      <p>{t(serviceId === null ? `control.${action}-order` : `control.single-${action}`)}</p>
      <ol className="sunken order" aria-label={t('control.services')}>
        {ordered.map((each) => {
          const { mark, word } = serviceState(each.state)
          return (
            <li key={each.id}>
              <span>{each.name}</span> <StateMark mark={mark} word={t(word)} />
            </li>
          )
        })}
      </ol>
      <Activities activities={activities} />
      {asking && (
        <Confirm
          title={t('stop.title')}
          question={t('stop.confirm', { target })}
          lines={[t('stop.effect')]}
          onYes={go}
          onNo={() => setAsking(false)}
        />
      )}
    </Dialog>
  )
}
