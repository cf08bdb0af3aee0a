import type { Step } from '../../procedure/step.ts'
import { startTogether } from '../../servers/together.ts'
import type { BackupWork } from './work.ts'

/**
 * Starts what the run had stopped: Object Servers, address services (the master's first), servers, dependents; then 排他 ends,
 * which stood again with the master's address service. An archive that was verified before outlives a failure here.
 */
export function startStep({ members, stopped, lock }: BackupWork): Step {
  return {
    id: 'start',
    cancellable: false,
    async run(context) {
      for (const member of members) member.kept = member.verified
      try {
        return await startTogether(stopped, ['object-server', 'address-service', 'server', 'dependent'], context)
      } finally {
        await lock.release()
      }
    },
  }
}
