import { fail } from '../../shared/model/problem.ts'
import type { NewerChoice, ReconcileReport } from '../../shared/model/reconcile.ts'
import { masterOf, serverOf } from '../core/engine.ts'
import type { Output } from './output.ts'
import { wrongUsage } from './usage-text.ts'
import type { Verb } from './verb.ts'

interface ReconcileOptions {
  readonly server?: string
  readonly all?: boolean
  readonly bringBack?: boolean
  readonly overwriteNewer?: boolean
}

export const reconcileVerb: Verb<ReconcileOptions> = {
  name: 'reconcile',
  about: { ja: '整合性を確保する', en: 'bring servers back into agreement with the master' },
  examples: ['untenseki reconcile --server tk-ml1', 'untenseki reconcile --all'],
  shape: (command, pick) =>
    command
      .option('--server <hosts>', pick({ ja: 'ホスト名(コンマ区切り)', en: 'host names, with commas' }))
      .option('--all', pick({ ja: 'マスタ以外の全サーバ', en: 'every server but the master' }))
      .option(
        '--bring-back',
        pick({
          ja: 'そのサーバだけにある登録をマスタに戻す',
          en: 'register at the master what only that server holds',
        }),
      )
      .option(
        '--overwrite-newer',
        pick({ ja: 'そのサーバだけにある登録を捨てる', en: 'give up what only that server holds' }),
      ),
  async work({ engine, output, options, context }) {
    const { domain, replication, owner } = engine()
    if ((options.server === undefined) === (options.all !== true)) {
      throw wrongUsage('reconcile', {
        ja: '--server 又は --all のどちらかが必要です',
        en: 'give either --server or --all',
      })
    }
    if (options.bringBack && options.overwriteNewer) {
      throw wrongUsage('reconcile', {
        ja: '--bring-back と --overwrite-newer は同時に指定できません',
        en: '--bring-back and --overwrite-newer exclude each other',
      })
    }
    const newer: NewerChoice = options.bringBack ? 'bring-back' : options.overwriteNewer ? 'overwrite' : 'refuse'
    const master = masterOf(domain).host
    const hosts =
      options.server?.split(',').map((host) => serverOf(domain, host).host) ??
      domain.servers.map(({ host }) => host).filter((host) => host !== master)
    const reports: ReconcileReport[] = []
    for (const host of hosts) {
      const report = await replication.reconcile(host, { newer, operator: owner.operator, signal: context.signal })
      reports.push(report)
      showReport(report, output)
    }
    const left = reports.find(({ outcome }) => outcome === 'newer')
    if (left !== undefined) throw fail('replica-newer', { host: left.host, records: left.newerTotal })
    return { exitCode: 0, facts: { repaired: reports.reduce((sum, one) => sum + one.repairedTotal, 0) } }
  },
}

function showReport(report: ReconcileReport, output: Output): void {
  if (output.json) {
    output.rows('reconciled', [report], [])
    return
  }
  const { host, sent, compared, repairedTotal } = report
  output.line({
    ja: `${host}: 送信 ${sent} 件,比較 ${compared} 件,修復 ${repairedTotal} 件`,
    en: `${host}: ${sent} sent, ${compared} compared, ${repairedTotal} mended`,
  })
  const rows = [
    ...report.repaired.map(({ action, entity }) => ({ what: action, ...entity })),
    ...report.newer.map(({ number, after, before }) => ({ what: `newer ${number}`, ...(after ?? before) })),
  ]
  if (rows.length === 0) return
  output.rows('row', rows, [
    { key: 'what', title: { ja: '内容', en: 'what' } },
    { key: 'kind', title: { ja: '種類', en: 'kind' } },
    { key: 'id', title: { ja: 'ID', en: 'id' } },
    { key: 'name', title: { ja: '名前', en: 'name' } },
  ])
}
