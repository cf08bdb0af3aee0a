import { message } from '../../../shared/messages/step-title.ts'
import type { Finding } from '../../../shared/model/check.ts'
import type { DirectoryStatus, Replica, ReplicaState } from '../../../shared/model/directory.ts'
import { type Problem, problem } from '../../../shared/model/problem.ts'

/** What only a person can mend. */
const broken: readonly ReplicaState[] = ['diverged', 'newer', 'repair-pending']

/** Servers that are behind for longer than `lagMs`, and such as cannot go on; registrations that are closed. */
export function checkReplication(
  { host: master, replicas, readOnly, closed, repairPending }: DirectoryStatus,
  lagMs: number,
  now: number,
): Finding[] {
  return [
    ...(repairPending === null
      ? []
      : [{ id: 'repair-pending', severity: 'critical' as const, text: repairText(master), measures: [] }]),
    ...(readOnly
      ? [
          {
            id: 'registrations-closed',
            severity: 'critical' as const,
            text: closedText(closed),
            measures: [],
          },
        ]
      : []),
    ...replicas.map((replica): Finding => {
      const { host, state, waiting, oldestAt } = replica
      const lag = oldestAt === null ? 0 : Math.max(0, now - Date.parse(oldestAt))
      const measures = [
        { label: `lag_${host}`, value: Math.round(lag / 1000), unit: 's', warn: lagMs / 1000, crit: null },
        { label: `waiting_${host}`, value: waiting, unit: '', warn: null, crit: null },
      ] as const
      const words = state === 'repair-pending' ? repairText(host) : stateText(replica)
      const severity = broken.includes(state) ? 'critical' : lag >= lagMs ? 'warning' : 'ok'
      return { id: 'replication', severity, text: words, measures }
    }),
  ]
}

/** That nothing can be registered, why, and what to do. */
function closedText(closed: Problem | null): Finding['text'] {
  const [ja, en] = ['登録を受け付けていません', 'registrations are closed']
  if (closed === null) return { ja, en }
  const { message: said, remedy } = closed
  return { ja: `${ja}: ${said.ja}。${remedy.ja}`, en: `${en}: ${said.en}. ${remedy.en}` }
}

/** That it waits for データ修復, and how that is carried out. */
function repairText(host: string): Finding['text'] {
  const { message: said, remedy } = problem('repair-pending', { host })
  return { ja: `${said.ja}。${remedy.ja}`, en: `${said.en}. ${remedy.en}` }
}

function stateText({ host, state, waiting }: Replica): Finding['text'] {
  const { ja, en } = message(state === 'waiting' ? 'replication.waits' : `replication.${state}`)
  return { ja: `${host}: ${ja} 待ち ${waiting} 件`, en: `${host}: ${en}, ${waiting} waiting` }
}
