import type { Finding } from '../../../shared/model/check.ts'
import type { DirectoryStatus, ReplicaState } from '../../../shared/model/directory.ts'

/** What only a person can mend. */
const broken: readonly ReplicaState[] = ['diverged', 'newer', 'repair-pending']

/** Servers that are behind for longer than `lagMs`, and such as cannot go on; registrations that are closed. */
export function checkReplication(
  { replicas, readOnly, repairPending }: DirectoryStatus,
  lagMs: number,
  now: number,
): Finding[] {
  return [
    ...(readOnly || repairPending !== null
      ? [
          {
            id: 'registrations-closed',
            severity: 'critical' as const,
            text: { ja: '登録を受け付けていません', en: 'registrations are closed' },
            measures: [],
          },
        ]
      : []),
    ...replicas.map(({ host, state, waiting, oldestAt }): Finding => {
      const lag = oldestAt === null ? 0 : Math.max(0, now - Date.parse(oldestAt))
      const measures = [
        { label: `lag_${host}`, value: Math.round(lag / 1000), unit: 's', warn: lagMs / 1000, crit: null },
        { label: `waiting_${host}`, value: waiting, unit: '', warn: null, crit: null },
      ] as const
      const words = { ja: `${host}: ${state} 待ち ${waiting} 件`, en: `${host}: ${state}, ${waiting} waiting` }
      const severity = broken.includes(state) ? 'critical' : lag >= lagMs ? 'warning' : 'ok'
      return { id: 'replication', severity, text: words, measures }
    }),
  ]
}
