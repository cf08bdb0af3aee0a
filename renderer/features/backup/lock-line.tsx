import type { ReactNode } from 'react'
import type { OwnLock } from '../../../shared/model/console.ts'
import { StateMark } from '../../chrome/state-mark.tsx'
import { useNow } from '../../chrome/use-now.ts'
import { ownerName } from '../../text/format.ts'
import { useText } from '../../text/use-text.ts'

/** As whom and since when 排他 is held; that it was lost, and why. */
export function LockLine({ lock }: { readonly lock: OwnLock }): ReactNode {
  const { t, format, tell } = useText()
  const now = useNow(lock.kind === 'held')
  if (lock.kind === 'lost') {
    return (
      <div role="alert" className="told">
        <StateMark mark="failed" word={t('backup.lost')} />
        <p>{tell(lock.problem)}</p>
      </div>
    )
  }
  if (lock.kind === 'none' || !lock.lock.held) return <p>{t('backup.opening')}</p>
  const { owner, since } = lock.lock
  const word = t('backup.held', {
    owner: ownerName(owner),
    since: format.time(since),
    elapsed: format.duration(now - Date.parse(since)),
  })
  return (
    <p>
      <StateMark mark="running" word={word} />
    </p>
  )
}
