import { beginRepair } from '../../core/operations/begin-repair.ts'
import { resumeRun } from '../../core/operations/resume.ts'
import { findUnfinished } from '../../core/operations/rollback.ts'
import { confirm } from '../ask.ts'
import { runBackup } from '../backup-run.ts'
import { followRun } from '../follow-run.ts'
import { volumesFor } from '../next-volume.ts'
import type { Verb } from '../verb.ts'
import { noUnfinished } from './no-unfinished.ts'

export const runsResume: Verb = {
  name: 'resume',
  about: {
    ja: '終わっていない実行を続ける(サービスを起動し,できたアーカイブを検証し,残りを取り直す。リストアは入れ替えと修復を終える)',
    en: 'go on with an unfinished run: start services, verify what was archived, back up the rest; of a restore, finish the exchange and the repair',
  },
  examples: ['untenseki runs resume --yes'],
  async work({ engine, output, options, context }) {
    const composed = engine()
    const found = findUnfinished(composed)
    if (!found) return noUnfinished(output)
    await confirm(context, options, {
      ja: `実行 ${found.runId} を続けますか。`,
      en: `Go on with run ${found.runId}?`,
    })
    const say = (name: string) => output.log({ ja: `${name} を起動しています`, en: `starting ${name}` })
    const { state, archives, rest, repairs } = await resumeRun(composed, context.signal, say, volumesFor(context))
    for (const { summary } of archives) {
      output.line({ ja: `検証しました: ${summary.path}`, en: `Verified: ${summary.path}` })
    }
    const verified = archives.map(({ host, summary: { path, sha256 } }) => ({ host, path, sha256 }))
    const facts = { resumed: state.runId, servicesDown: state.servicesDown, verified }
    if (state.servicesDown.length > 0) return { exitCode: 3, facts }
    for (const notice of state.warnings) output.problem(notice)
    for (const host of repairs) {
      const request = { acceptLoss: [], repaired: () => undefined }
      const repaired = await followRun((told) => beginRepair(composed, host, request, told), composed, output, context)
      if (repaired.exitCode !== 0) return { exitCode: repaired.exitCode ?? 2, facts: { ...facts, repairs } }
    }
    if (rest === null) return { exitCode: 0, facts: { ...facts, repairs } }
    const again = await runBackup(composed, rest, output, context)
    return { exitCode: again.exitCode, facts: { ...facts, ...again.facts } }
  },
}
