import { isAbsolute } from 'node:path'
import { toProblem } from '../../shared/model/problem.ts'
import type { RestorePlan } from '../../shared/model/restore.ts'
import { type Engine, masterOf, serverOf } from '../core/engine.ts'
import { beginRestore, type RestoreRun } from '../core/operations/begin-restore.ts'
import { assertNoConsole } from '../core/operations/console-side.ts'
import { newRunId } from '../core/procedure/run-id.ts'
import { chooseArchives } from '../core/restore/choose-archives.ts'
import { planRestore, type RestoreRequest } from '../core/restore/plan.ts'
import { plannedSteps } from '../core/restore/planned-steps.ts'
import { rangesText } from '../core/restore/ranges.ts'
import { rememberVolumes } from '../core/restore/remember-volumes.ts'
import { confirm } from './ask.ts'
import { parseRanges } from './change-ranges.ts'
import type { CommandResult } from './context.ts'
import { followRun } from './follow-run.ts'
import { type VolumeOptions, volumeOption, volumesFor } from './next-volume.ts'
import type { Output } from './output.ts'
import { showPlannedSteps } from './planned-steps.ts'
import { progressLine } from './progress-line.ts'
import { discardReplacedOf, listReplaced } from './restore-replaced.ts'
import { bytesText } from './units.ts'
import { wrongUsage } from './usage-text.ts'
import { type Call, told, type Verb } from './verb.ts'

interface RestoreOptions extends VolumeOptions {
  readonly server?: string
  readonly all?: boolean
  readonly from?: string
  readonly acceptLoss?: string
  readonly repair: boolean
  readonly dryRun?: boolean
  readonly list?: boolean
  readonly discardReplaced?: string
}

export const restoreVerb: Verb<RestoreOptions> = {
  name: 'restore',
  about: {
    ja: 'サーバをバックアップからリストアし,データ修復まで行う(元のデータは破棄するまで残す)',
    en: 'restore servers from a backup and repair their data; the former data is kept until it is discarded',
  },
  examples: [
    'untenseki restore --server MASTER --from /backup/ --dry-run',
    'untenseki restore --server tk-ml1 --from /backup/tk-ml1.tar.zst --yes',
    'untenseki restore --server MASTER --from /dev/sdb --volume /dev/sdc --yes',
    'untenseki restore --all --from /backup/set/ --accept-loss 111-115,120',
    'untenseki restore --discard-replaced 20261122T020014Z-1a2b3c',
  ],
  shape: (command, pick) =>
    command
      .option(
        '--server <hosts>',
        pick({ ja: 'ホスト名(コンマ区切り),又は MASTER', en: 'host names, with commas, or MASTER' }),
      )
      .option('--all', pick({ ja: 'すべてのサーバ', en: 'every server' }))
      .option(
        '--from <path>',
        pick({
          ja: 'アーカイブ,それがあるフォルダ,又はスペシャルファイル',
          en: 'the archive, the folder it lies in, or a special file',
        }),
      )
      .option(volumeOption.flags, pick(volumeOption.about))
      .option(
        '--accept-loss <numbers>',
        pick({ ja: '失うことを認める変更番号(111-115,120 など)', en: 'changes that may be lost (111-115,120)' }),
      )
      .option(
        '--no-repair',
        pick({
          ja: 'データ修復をしない(サーバは修復待ちになる)',
          en: 'leave data repair for later; nothing is registered until then',
        }),
      )
      .option('--dry-run', pick({ ja: '何をするかだけを表示する', en: 'only show what would be done' }))
      .option(
        '--list',
        pick({ ja: '元のデータが残っているリストアを表示する', en: 'show restores whose former data is kept' }),
      )
      .option(
        '--discard-replaced <run>',
        pick({ ja: 'リストア前のデータを破棄する', en: 'discard the former data of a restore' }),
      ),
  async work(call) {
    const { options, context, output } = call
    const engine = call.engine()
    if (options.list) return listReplaced(engine, output)
    if (options.discardReplaced !== undefined) return discardReplacedOf(call, engine, options.discardReplaced)
    const request = await requestOf(call, engine)
    if (options.dryRun) return dryRun(call, engine, request)
    const names = [...request.archives.keys()].map((host) => serverOf(engine.domain, host).name).join(', ')
    await confirm(context, options, {
      ja: `${names} を停止し,現在のデータをバックアップの内容に入れ替えますか。`,
      en: `Stop ${names} and exchange its data for the backup's?`,
    })
    let run: RestoreRun | null = null
    const state = await followRun(
      (listener) => {
        run = beginRestore(engine, () => assertNoConsole(engine), request, listener)
        return run.runner
      },
      engine,
      output,
      context,
    )
    const { runId, outcome, outageMs, servicesDown, problem: found, warnings } = state
    const plan = (run as RestoreRun | null)?.plan() ?? null
    return {
      exitCode: state.exitCode ?? 3,
      facts: {
        runId,
        outcome,
        outageMs,
        servicesDown,
        plan: plan && planFacts(plan),
        warnings: warnings.map((each) => told(each, context)),
        ...(found ? { problem: told(found, context) } : {}),
      },
    }
  },
}

async function requestOf(call: Call<RestoreOptions>, engine: Engine): Promise<RestoreRequest> {
  const { server, all, from, acceptLoss, repair } = call.options
  if ((server === undefined) === (all !== true)) {
    throw wrongUsage('restore', { ja: '--server か --all のどちらか', en: 'give either --server or --all' })
  }
  if (from === undefined) throw wrongUsage('restore', { ja: '--from がありません', en: 'give --from' })
  const hosts = server === undefined ? engine.domain.servers.map(({ host }) => host) : hostsOf(engine, server)
  const path = isAbsolute(from) ? from : call.path(from)
  const archives = await chooseArchives(engine.domain.name, { hosts, from: path }, engine.workerPath)
  const nextVolume = rememberVolumes(volumesFor(call.context, call.options.volume?.map(call.path)))
  return { archives, acceptLoss: parseRanges('restore', '--accept-loss', acceptLoss), repair, nextVolume }
}

/** The master first: its data is repaired before the others are fed from it. */
function hostsOf(engine: Engine, words: string): readonly string[] {
  const master = masterOf(engine.domain).host
  const hosts = [...new Set(words.split(',').map((word) => serverOf(engine.domain, word.trim()).host))]
  return hosts.sort((one, other) => Number(other === master) - Number(one === master))
}

async function dryRun(call: Call<RestoreOptions>, engine: Engine, request: RestoreRequest): Promise<CommandResult> {
  const { context, output } = call
  const hosts = [...request.archives.keys()]
  engine.runLock.assertFree(hosts)
  const line = progressLine(context)
  const { workerPath } = engine
  const options = { workerPath, signal: context.signal, onProgress: line.show }
  const planned = await planRestore(engine, request, newRunId(engine.clock.now()), options).finally(() => line.clear())
  const steps = plannedSteps(engine, request, planned)
  showPlannedSteps('restore', steps, output)
  showPlan(planned.plan, output)
  // What the run asks when its archives are read: a console that is on would keep it from stopping anything.
  const problem = await assertNoConsole(engine).then(() => null, toProblem)
  if (problem) output.problem(problem)
  return {
    exitCode: problem?.exitCode ?? 0,
    facts: {
      steps: steps.map(({ id }) => id),
      plan: planFacts(planned.plan),
      ...(problem ? { problem: told(problem, context) } : {}),
    },
  }
}

function showPlan(plan: RestorePlan, output: Output): void {
  output.rows(
    'archive',
    plan.archives.map(({ host, path, position, startedAt, contentBytes }) => ({
      host,
      path,
      number: position?.number ?? null,
      startedAt,
      size: bytesText(contentBytes),
    })),
    [
      { key: 'host', title: { ja: 'ホスト名', en: 'host' } },
      { key: 'path', title: { ja: 'アーカイブ', en: 'archive' } },
      { key: 'number', title: { ja: '変更番号', en: 'change' }, right: true },
      { key: 'startedAt', title: { ja: '取得日時', en: 'taken' } },
      { key: 'size', title: { ja: '大きさ', en: 'size' }, right: true },
    ],
  )
  output.rows(
    'place',
    plan.places.map((place) => ({ ...place, size: bytesText(place.bytes) })),
    [
      { key: 'host', title: { ja: 'ホスト名', en: 'host' } },
      { key: 'path', title: { ja: '入れ替える場所', en: 'place to be exchanged' } },
      { key: 'size', title: { ja: '大きさ', en: 'size' }, right: true },
    ],
  )
  output.line({ ja: `停止するサーバ: ${plan.stops.join(', ')}`, en: `Servers that stop: ${plan.stops.join(', ')}` })
  for (const { host, records, replay, gaps } of plan.repairs) {
    const [replayed, lost] = [rangesText(replay) || '-', rangesText(gaps) || '-']
    output.line({
      ja: `${host}: 修復で反映する登録 ${records}件(変更番号 ${replayed}),失われる変更番号 ${lost}`,
      en: `${host}: ${records} registrations replayed by the repair (changes ${replayed}), changes lost ${lost}`,
    })
  }
  for (const warning of plan.warnings) output.problem(warning)
}

function planFacts(plan: RestorePlan): Readonly<Record<string, unknown>> {
  const repairs = plan.repairs.map(({ host, records, replay, gaps, sources, unasked }) => ({
    host,
    records,
    replay: rangesText(replay),
    lost: rangesText(gaps),
    sources: sources.length,
    unasked,
  }))
  return { case: plan.case, archives: plan.archives, stops: plan.stops, repairs }
}
