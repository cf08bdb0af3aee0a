import { recoverRun } from '../core/operations/resume.ts'
import { showRun } from './run-table.ts'
import { noUnfinished } from './runs/no-unfinished.ts'
import type { Verb } from './verb.ts'

export const recoverVerb: Verb = {
  name: 'recover',
  about: {
    ja: '途中で終わったバックアップを,ドメインファイルの recovery に従って無人で始末する(起動時用)',
    en: "settle a backup that died as the domain file's recovery says, asking nobody (for the start of the machine)",
  },
  examples: ['untenseki recover --config /etc/untenseki/domain.yaml'],
  async work({ engine, output }) {
    const say = (name: string) => output.log({ ja: `${name} を起動しています`, en: `starting ${name}` })
    const state = await recoverRun(engine(), say)
    if (!state) return noUnfinished(output)
    showRun(state, output)
    const { runId, servicesDown } = state
    return { exitCode: servicesDown.length > 0 ? 3 : 0, facts: { runId, servicesDown } }
  },
}
