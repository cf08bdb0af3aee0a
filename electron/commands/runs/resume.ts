import { beginRepair } from '../../core/operations/begin-repair.ts'
import { resumeRun } from '../../core/operations/resume.ts'
import { findUnfinished } from '../../core/operations/rollback.ts'
import { confirm } from '../ask.ts'
import { runBackup } from '../backup-run.ts'
import { followRun } from '../follow-run.ts'
import { type VolumeOptions, volumeOption, volumesFor } from '../next-volume.ts'
import { told, type Verb } from '../verb.ts'
import { noUnfinished } from './no-unfinished.ts'

export const runsResume: Verb<VolumeOptions> = {
  name: 'resume',
  about: {
    ja: '終わっていない実行を続ける(サービスを起動し,できたアーカイブを検証してそのジャーナルをクリアし,残りを取り直す。リストアは入れ替えと修復を終える)',
    en: 'go on with an unfinished run: start services, verify what was archived and clear its journal, back up the rest; of a restore, finish the exchange and the repair',
  },
  examples: ['untenseki runs resume --yes', 'untenseki runs resume --volume /dev/nst1 --yes'],
  shape: (command, pick) => command.option(volumeOption.flags, pick(volumeOption.about)),
  async work({ engine, output, options, context, path }) {
    const composed = engine()
    const found = findUnfinished(composed)
    if (!found) return noUnfinished(output)
    await confirm(context, options, {
      ja: `実行 ${found.runId} を続けますか。`,
      en: `Go on with run ${found.runId}?`,
    })
    const say = (name: string) => output.log({ ja: `${name} を起動しています`, en: `starting ${name}` })
    const nextVolume = volumesFor(context, options.volume?.map(path))
    const { state, archives, sealed, unsealed, unread, rest, repairs } = await resumeRun(
      composed,
      context.signal,
      say,
      nextVolume,
    )
    for (const { summary } of archives) {
      output.line({ ja: `検証しました: ${summary.path}`, en: `Verified: ${summary.path}` })
    }
    for (const { host, records, segment } of sealed) {
      output.line(
        segment === null
          ? { ja: `ジャーナルにクリアする記録はありません: ${host}`, en: `The journal of ${host} was already clear` }
          : {
              ja: `ジャーナルをクリアしました: ${host}(${records} 件,セグメント ${segment})`,
              en: `The journal of ${host} cleared: ${records} records, sealed as segment ${segment}`,
            },
      )
    }
    const warnings = [...new Set([...state.warnings, ...unsealed])]
    for (const notice of [...warnings, ...unread]) output.problem(notice)
    const { servicesDown } = state
    const facts = {
      resumed: state.runId,
      servicesDown,
      verified: archives.map(({ host, summary: { path, sha256 } }) => ({ host, path, sha256 })),
      sealed,
      repairs,
      warnings: warnings.map((each) => told(each, context)),
      ...(unread[0] ? { problem: told(unread[0], context) } : {}),
    }
    if (servicesDown.length > 0) return { exitCode: 3, facts }
    if (repairs.length > 0) {
      const request = { acceptLoss: [], repaired: () => undefined }
      const ended = await followRun((each) => beginRepair(composed, repairs, request, each), composed, output, context)
      const { outcome, problem } = ended
      const all = [...warnings, ...ended.warnings].map((each) => told(each, context))
      const why = problem ? { problem: told(problem, context) } : {}
      return { exitCode: ended.exitCode ?? 2, facts: { ...facts, outcome, warnings: all, ...why } }
    }
    const doubt = unread[0]?.exitCode ?? unsealed[0]?.exitCode ?? 0
    if (rest === null) return { exitCode: doubt, facts }
    const again = await runBackup(composed, { ...rest, medium: { nextVolume } }, output, context)
    const all = [...facts.warnings, ...again.state.warnings.map((each) => told(each, context))]
    return { exitCode: again.exitCode || doubt, facts: { ...facts, ...again.facts, warnings: all } }
  },
}
