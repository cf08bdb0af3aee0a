import { problem, toProblem } from '../../../../shared/model/problem.ts'
import type { Step, StepContext } from '../../procedure/step.ts'
import { assertReplicated, lagOfOthers } from '../replication-gate.ts'
import type { BackupWork } from './work.ts'

/** How long a server that was just started may take to catch up before the run ends with a warning. */
const catchUpMs = 120_000

/** How long what was registered just before 排他 may be on its way to the servers while the master alone is backed up. */
const settleMs = 10_000

const saying =
  (context: StepContext) =>
  ({ ja, en }: { readonly ja: string; readonly en: string }): void =>
    context.note({ ja: `レプリケーション待ち: ${ja}`, en: `waiting for replication: ${en}` })

/**
 * Replication to the servers being backed up is complete, or the run is refused (10). The master alone does not depend on
 * it: what lags is a warning.
 */
export function checkReplicationStep(work: BackupWork): Step {
  const { engine, members, master, request } = work
  const hosts = members.flatMap(({ server }) => (server === master ? [] : [server.host]))
  return {
    id: 'check-replication',
    cancellable: true,
    async run(context) {
      if (hosts.length > 0) {
        const { waitMs } = request.options
        await assertReplicated(engine, hosts, { waitMs, signal: context.signal, onWaiting: saying(context) })
        return { hosts: hosts.join(', ') }
      }
      await warnOfLag(work, context)
      return {}
    },
  }
}

/** Design §7: the master alone is backed up although servers lag, but not without a word. Asked under 排他, where there is one. */
export async function warnOfLag({ engine, request, warnings }: BackupWork, context: StepContext): Promise<void> {
  const waitMs = Math.max(request.options.waitMs, settleMs)
  const found = await lagOfOthers(engine, { waitMs, signal: context.signal, onWaiting: saying(context) })
  if (found !== null) warnings.push(found)
}

/** What was registered while the server was down reaches it; one that does not catch up in time is a warning. */
export function awaitReplicationStep({ engine, members, warnings }: BackupWork): Step {
  const hosts = members.map(({ server }) => server.host)
  return {
    id: 'await-replication',
    cancellable: true,
    afterwards: true,
    async run(context) {
      try {
        const { signal } = context
        await assertReplicated(engine, hosts, { waitMs: catchUpMs, signal, onWaiting: saying(context) })
      } catch (error) {
        const found = toProblem(error)
        if (found.code !== 'replication-incomplete') throw error
        warnings.push(problem('replication-behind', found.params))
      }
      return { hosts: hosts.join(', ') }
    },
  }
}
