import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { RepairPlan } from '../../../shared/model/repair.ts'
import { Button } from '../../chrome/button.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { repairable } from '../server-state.ts'
import { useServerName } from '../use-words.ts'
import { AcceptLoss, RepairFacts } from './repair-facts.tsx'

/** データ修復 (facts §8): shows what would be replayed onto a restored server, then goes on in the 手順 window. */
export function RepairDialog(): ReactNode {
  const actions = useActions()
  const { t } = useText()
  const nameOf = useServerName()
  const directory = useSnapshot((snapshot) => snapshot.directory)
  const busy = useApp((state) => state.busy.some((name) => name === 'repair.inspect' || name === 'repair.prepare'))
  const waiting = repairable(directory)
  const [host, setHost] = useState<string | null>(() => waiting[0] ?? null)
  const [plan, setPlan] = useState<RepairPlan | null>(null)
  const [accepted, setAccepted] = useState(false)
  const close = useRef<HTMLButtonElement>(null)
  const leave = () => actions.show(null)

  useEffect(() => {
    let current = true
    setPlan(null)
    setAccepted(false)
    if (host !== null) void actions.inspectRepair(host).then((found) => current && setPlan(found ?? null))
    return () => {
      current = false
    }
  }, [host, actions])

  const blocked = (): string | null => {
    if (waiting.length === 0) return t('repair.none')
    if (busy) return t('reason.busy')
    if (plan === null) return t('repair.looking')
    return plan.gaps.length > 0 && !accepted ? t('repair.not-accepted') : null
  }

  return (
    <Dialog
      wide
      title={t('repair.title')}
      onClose={leave}
      initialFocus={close}
      buttons={
        <>
          <Button
            label={t('repair.button')}
            mnemonic="J"
            asks
            reason={blocked()}
            onPress={() => plan !== null && void actions.prepareRepair(plan.host, accepted ? plan.gaps : [])}
          />
          <Button label={t('button.close')} mnemonic="C" onPress={leave} ref={close} />
        </>
      }
    >
      {waiting.length === 0 ? (
        <p>{t('repair.none')}</p>
      ) : (
        <fieldset className="choices">
          <legend>{t('repair.servers')}</legend>
          {waiting.map((each) => (
            <label key={each}>
              <input type="radio" name="repair" checked={each === host} onChange={() => setHost(each)} />
              {nameOf(each)}
            </label>
          ))}
        </fieldset>
      )}
      <div aria-live="polite">{busy && <p>{t('repair.looking')}</p>}</div>
      {plan !== null && <RepairFacts plan={plan} />}
      {plan !== null && <AcceptLoss gaps={plan.gaps} accepted={accepted} onChange={setAccepted} />}
    </Dialog>
  )
}
