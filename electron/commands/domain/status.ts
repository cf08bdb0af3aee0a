import { toProblem } from '../../../shared/model/problem.ts'
import { showServers } from '../servers.ts'
import type { Verb } from '../verb.ts'
import { domainEngine, type RootOption, withRoot } from './root-option.ts'

export const domainStatus: Verb<RootOption> = {
  name: 'status',
  about: { ja: 'ドメインの状態を表示する', en: 'show the state of the domain' },
  examples: ['untenseki domain status --json'],
  readsOnly: true,
  shape: withRoot,
  async work(call) {
    const engine = domainEngine(call)
    await showServers(engine, call.output)
    const directory = await engine.names.status().catch((error: unknown) => toProblem(error))
    if ('code' in directory) {
      call.output.problem(directory)
      return { exitCode: 0, facts: { domain: engine.domain.name, directory: null } }
    }
    const { position, users, organizations, lock, replicas } = directory
    call.output.line({
      ja: `${engine.domain.name}: 変更番号 ${position.number},ユーザ ${users},組織 ${organizations}`,
      en: `${engine.domain.name}: change number ${position.number}, ${users} users, ${organizations} organisations`,
    })
    return {
      exitCode: 0,
      facts: { domain: engine.domain.name, directory: { position, users, organizations, lock, replicas } },
    }
  },
}
