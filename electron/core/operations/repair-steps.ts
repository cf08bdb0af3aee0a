import type { ChangeRange } from '../../../shared/model/position.ts'
import { type Problem, problem } from '../../../shared/model/problem.ts'
import type { RepairReport } from '../../../shared/model/repair.ts'
import { rangesText } from '../../formats/replay-plan.ts'
import { type Engine, masterOf } from '../engine.ts'
import type { Step } from '../procedure/step.ts'

const counting = { phase: 'repair', bytesDone: 0, bytesTotal: 0, rate: null, remainingMs: null, current: null } as const

/** How long replication may take after a repair before the run ends with a warning (own decision). */
const replicationMs = 120_000

/**
 * データ修復 of these servers, the master's first, and then replication until it is complete (facts §8). `begun` is told before the
 * first record is replayed. Losses are accepted for those servers alone whose gaps they name.
 */
export function repairSteps(
  engine: Engine,
  hosts: readonly string[],
  options: {
    readonly acceptLoss: readonly ChangeRange[]
    begun(): void
    repaired(report: RepairReport): void
    warn(found: Problem): void
  },
): readonly Step[] {
  const master = masterOf(engine.domain).host
  const ordered = [...hosts].sort((one, other) => Number(other === master) - Number(one === master))
  return [
    ...ordered.map(
      (host): Step => ({
        id: ordered.length === 1 ? 'repair' : `repair@${host}`,
        cancellable: false,
        async run({ note, progress }) {
          options.begun()
          const { gaps, sources } = await engine.repair.inspect(host)
          const acceptLoss = gaps.length === 0 ? [] : options.acceptLoss
          const report = await engine.repair.repair(host, {
            operator: engine.owner.operator,
            acceptLoss,
            onProgress: ({ done, total }) => progress({ ...counting, membersDone: done, membersTotal: total }),
          })
          options.repaired(report)
          const { replayed, position, lost, unasked } = report
          note({
            ja: `${host}: ${replayed}件の登録を反映しました(変更番号 ${position.number})`,
            en: `${host}: ${replayed} registrations replayed (change ${position.number})`,
          })
          if (lost.length > 0) options.warn(problem('repair-lost', { host, missing: rangesText(lost) }))
          // Without any journal, a server that could not be asked may be the only one to hold something newer.
          if (unasked.length > 0 && sources.every(({ kind }) => kind === 'replica'))
            options.warn(problem('restore-unasked', { hosts: unasked.join(', ') }))
          return { replayed, changeNumber: position.number }
        },
      }),
    ),
    {
      id: 'await-replication',
      cancellable: true,
      async run({ signal, note }) {
        // One that is down will not come while we wait; what waits for it stays in its queue.
        const asked = await engine.replication.states()
        const up = asked.filter(({ state }) => state !== 'unreachable').map(({ host }) => host)
        const waited = await engine.replication.waitComplete(up, { timeoutMs: replicationMs, signal })
        const behind = waited.filter(({ state }) => state !== 'complete').map(({ host }) => host)
        const hosts = behind.join(', ')
        if (behind.length > 0) options.warn(problem('replication-incomplete', { hosts, hostsJa: hosts }))
        const down = asked.filter(({ state }) => state === 'unreachable').map(({ host }) => host)
        if (down.length > 0) {
          note({ ja: `応答のないサーバ: ${down.join(', ')}`, en: `Servers that do not answer: ${down.join(', ')}` })
        }
        return { services: up.join(', ') }
      },
    },
  ]
}
