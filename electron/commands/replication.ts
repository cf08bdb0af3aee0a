import type { Replica, ReplicaState } from '../../shared/model/directory.ts'
import { fail } from '../../shared/model/problem.ts'
import { serverOf } from '../core/engine.ts'
import type { Both, Output } from './output.ts'
import { wrongValue } from './usage-text.ts'
import { told, type Verb } from './verb.ts'

interface ReplicationOptions {
  readonly server?: string
  readonly wait?: string
}

const stateWords: Record<ReplicaState, Both> = {
  complete: { ja: '完了', en: 'complete' },
  processing: { ja: 'トランザクションレコード処理中', en: 'processing' },
  waiting: { ja: 'トランザクションレコードあり', en: 'records wait' },
  unreachable: { ja: '問合せ不可', en: 'cannot be asked' },
  diverged: { ja: '不整合', en: 'diverged' },
  newer: { ja: 'マスタより新しい記録あり', en: 'holds newer records' },
  'repair-pending': { ja: 'データ修復待ち', en: 'waits for data repair' },
}

export const replicationVerb: Verb<ReplicationOptions> = {
  name: 'replication',
  about: {
    ja: 'レプリケーションの状態を表示する,又は完了を待つ',
    en: 'show replication, or wait until it is complete',
  },
  examples: ['untenseki replication --wait 60'],
  shape: (command, pick) =>
    command
      .option('--server <hosts>', pick({ ja: 'ホスト名(コンマ区切り)', en: 'host names, with commas' }))
      .option('--wait <seconds>', pick({ ja: '完了を待つ秒数', en: 'seconds to wait until it is complete' })),
  async work({ engine, output, options, context }) {
    const { domain, replication } = engine()
    const wanted = options.server?.split(',').map((host) => serverOf(domain, host).host)
    const wait = options.wait ?? '0'
    if (!/^\d{1,6}$/.test(wait)) throw wrongValue('replication', '--wait', wait)
    const states = await replication.waitComplete(wanted, { timeoutMs: Number(wait) * 1000, signal: context.signal })
    context.signal.throwIfAborted()
    showStates(states, output)
    const late = states.filter(({ state }) => state !== 'complete')
    if (late.length === 0) return { exitCode: 0, facts: { complete: true } }
    const reasons = new Map(late.flatMap(({ problem }) => (problem === null ? [] : [[problem.message.en, problem]])))
    for (const problem of reasons.values()) output.problem(problem)
    const hosts = late.map(({ host }) => host).join(', ')
    const found = fail('replication-incomplete', { hosts, hostsJa: hosts }).problem
    output.problem(found)
    return { exitCode: found.exitCode, facts: { complete: false, problem: told(found, context) } }
  },
}

function showStates(states: readonly Replica[], output: Output): void {
  const rows = output.json
    ? states
    : states.map((one) => ({ ...one, word: output.pick(stateWords[one.state]), number: one.applied?.number ?? null }))
  output.rows('replica', rows, [
    { key: 'host', title: { ja: 'ホスト名', en: 'host' } },
    { key: 'word', title: { ja: '状態', en: 'state' } },
    { key: 'waiting', title: { ja: '待ち', en: 'waiting' }, right: true },
    { key: 'oldestAt', title: { ja: '最古', en: 'oldest' } },
    { key: 'number', title: { ja: '反映済み', en: 'applied' }, right: true },
    { key: 'lastHeard', title: { ja: '最終応答', en: 'last heard' } },
  ])
}
