import { opensByRepair } from '../../../shared/model/repair.ts'
import { useSnapshot } from '../../store/use-app.ts'
import { ownerName } from '../../text/format.ts'
import { useText } from '../../text/use-text.ts'

/** Why the name database takes no change now; null: it does. */
export function useEditReason(): string | null {
  const { t } = useText()
  const directory = useSnapshot((snapshot) => snapshot.directory)
  if (directory.kind !== 'up') return t('reason.directory-down')
  const { repairPending, readOnly, closed, lock } = directory.status
  if (repairPending !== null) return t('reason.repair-pending')
  if (opensByRepair(closed)) return t('reason.journal-damaged')
  if (readOnly) return t('reason.read-only')
  return lock.held ? t('reason.locked', { owner: ownerName(lock.owner) }) : null
}
