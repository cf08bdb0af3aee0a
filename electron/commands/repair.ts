import type { ChangeRange } from '../../shared/model/position.ts'
import type { RepairPlan } from '../../shared/model/repair.ts'
import { serverOf } from '../core/engine.ts'
import { confirm } from './ask.ts'
import { wrongValue } from './usage-text.ts'
import type { Verb } from './verb.ts'

interface RepairOptions {
  readonly server: string
  readonly acceptLoss?: string
}

export const repairVerb: Verb<RepairOptions> = {
  name: 'repair',
  about: { ja: 'データ修復を行う', en: 'repair restored data from the journals' },
  examples: [
    'untenseki repair --server MASTER --yes',
    'untenseki repair --server MASTER --accept-loss 111-115,120 --yes',
  ],
  shape: (command, pick) =>
    command.requiredOption('--server <host>', pick({ ja: 'ホスト名,又は MASTER', en: 'host name, or MASTER' })).option(
      '--accept-loss <numbers>',
      pick({
        ja: '失うことを認める変更番号(111-115,120)',
        en: 'change numbers whose loss is accepted (111-115,120)',
      }),
    ),
  async work({ engine, output, options, context }) {
    const { domain, repair, owner } = engine()
    const server = serverOf(domain, options.server)
    const acceptLoss = parseRanges(options.acceptLoss)
    const plan = await repair.inspect(server.host)
    const numbers = rangesText(plan.replay) || '-'
    output.log({
      ja: `変更番号 ${plan.position.number} に ${plan.records} 件(${numbers})を適用します。欠落: ${rangesText(plan.gaps) || 'なし'}`,
      en: `Replays ${plan.records} records (${numbers}) onto change ${plan.position.number}. Missing: ${rangesText(plan.gaps) || 'none'}`,
    })
    tellDamage(plan, output.log)
    await confirm(context, options, {
      ja: `${server.name} のデータ修復を行いますか。`,
      en: `Repair the data of ${server.name}?`,
    })
    const report = await repair.repair(server.host, { operator: owner.operator, acceptLoss, signal: context.signal })
    output.line({
      ja: `${report.replayed} 件を適用しました(変更番号 ${report.position.number})`,
      en: `Replayed ${report.replayed} records (change number ${report.position.number})`,
    })
    // Without any journal, a server that could not be asked may be the only one to hold something newer.
    const unvouched = report.unasked.length > 0 && !plan.sources.some(({ kind }) => kind !== 'replica')
    if (output.json) output.rows('repaired', [report], [])
    return {
      exitCode: report.lost.length > 0 || unvouched ? 1 : 0,
      facts: {
        replayed: report.replayed,
        position: report.position,
        changeNumber: report.position.number,
        lost: report.lost,
      },
    }
  },
}

function tellDamage(plan: RepairPlan, log: (text: { readonly ja: string; readonly en: string }) => void): void {
  for (const { file, line, offset, text } of plan.corrupt) {
    log({
      ja: `壊れている箇所: ${file}:${line} (${offset}) ${text}`,
      en: `Damaged: ${file}:${line} (${offset}) ${text}`,
    })
  }
  for (const host of plan.unasked) {
    log({ ja: `問い合わせできないサーバ: ${host}`, en: `Server that cannot be asked: ${host}` })
  }
}

function rangesText(ranges: readonly ChangeRange[]): string {
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}

function parseRanges(text: string | undefined): readonly ChangeRange[] {
  if (text === undefined) return []
  return text.split(',').map((part) => {
    const found = /^([1-9]\d{0,14})(?:-([1-9]\d{0,14}))?$/.exec(part.trim())
    const first = Number(found?.[1] ?? Number.NaN)
    const last = Number(found?.[2] ?? first)
    if (!(first <= last)) throw wrongValue('repair', '--accept-loss', text)
    return { first, last }
  })
}
