import type { RepairPlan, RepairReport } from '../../shared/model/repair.ts'
import { type Engine, serverOf } from '../core/engine.ts'
import { beginRepair } from '../core/operations/begin-repair.ts'
import { rangesText } from '../core/restore/ranges.ts'
import { confirm } from './ask.ts'
import { parseRanges } from './change-ranges.ts'
import type { CommandResult } from './context.ts'
import { followRun } from './follow-run.ts'
import type { Output } from './output.ts'
import { type Call, told, type Verb } from './verb.ts'

interface RepairOptions {
  readonly server: string
  readonly acceptLoss?: string
}

export const repairVerb: Verb<RepairOptions> = {
  name: 'repair',
  about: {
    ja: 'データ修復:リストアしたサーバに,その後の登録をジャーナルから反映する',
    en: 'data repair: replay what was registered since onto a restored server',
  },
  examples: ['untenseki repair --server MASTER --yes', 'untenseki repair --server tk-ml1 --accept-loss 111-115'],
  shape: (command, pick) =>
    command.requiredOption('--server <host>', pick({ ja: 'ホスト名,又は MASTER', en: 'host name, or MASTER' })).option(
      '--accept-loss <numbers>',
      pick({
        ja: '失うことを認める変更番号(111-115,120)',
        en: 'change numbers whose loss is accepted (111-115,120)',
      }),
    ),
  work: (call) =>
    repair(call, call.engine(), serverOf(call.engine().domain, call.options.server).host, call.options.acceptLoss),
}

async function repair(
  call: Call<object>,
  engine: Engine,
  host: string,
  accepted: string | undefined,
): Promise<CommandResult> {
  const { context, output, options } = call
  const ranges = parseRanges('repair', '--accept-loss', accepted)
  const plan = await engine.repair.inspect(host)
  tellPlan(plan, output)
  await confirm(context, options, {
    ja: `${host} のデータ修復を行いますか。`,
    en: `Repair the data of ${host}?`,
  })
  const reports: RepairReport[] = []
  const repaired = (report: RepairReport) => void reports.push(report)
  const state = await followRun(
    (listener) => beginRepair(engine, [host], { acceptLoss: ranges, repaired }, listener),
    engine,
    output,
    context,
  )
  if (output.json) output.rows('repaired', reports, [])
  const [report] = reports
  const { runId, outcome, problem: found, warnings } = state
  return {
    exitCode: state.exitCode ?? 2,
    facts: {
      runId,
      outcome,
      ...(report
        ? {
            replayed: report.replayed,
            position: report.position,
            changeNumber: report.position.number,
            lost: report.lost,
          }
        : {}),
      warnings: warnings.map((each) => told(each, context)),
      ...(found ? { problem: told(found, context) } : {}),
    },
  }
}

function tellPlan({ position, records, replay, gaps, corrupt, unasked }: RepairPlan, output: Output): void {
  const [numbers, missing] = [rangesText(replay) || '-', rangesText(gaps)]
  output.log({
    ja: `変更番号 ${position.number} に ${records} 件(${numbers})を適用します。欠落: ${missing || 'なし'}`,
    en: `Replays ${records} records (${numbers}) onto change ${position.number}. Missing: ${missing || 'none'}`,
  })
  for (const { file, line, offset, text } of corrupt) {
    output.log({
      ja: `壊れている箇所: ${file}:${line} (${offset}) ${text}`,
      en: `Damaged: ${file}:${line} (${offset}) ${text}`,
    })
  }
  for (const host of unasked) {
    output.log({ ja: `問い合わせできないサーバ: ${host}`, en: `Server that cannot be asked: ${host}` })
  }
}
