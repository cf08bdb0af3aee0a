import { checkTargets } from '../../core/operations/preflight.ts'
import { startServer } from '../../core/servers/control.ts'
import { showServers } from '../servers.ts'
import type { Verb } from '../verb.ts'
import { domainEngine, type RootOption, withRoot } from './root-option.ts'

export const domainStart: Verb<RootOption> = {
  name: 'start',
  about: { ja: '全サーバを起動する', en: 'start every server' },
  examples: ['untenseki domain start'],
  shape: withRoot,
  async work(call) {
    const engine = domainEngine(call)
    checkTargets(engine)
    const settled = await Promise.allSettled(
      engine.domain.servers.map((server) => startServer(engine, server, null, undefined, call.context.signal)),
    )
    await showServers(engine, call.output)
    const failed = settled.find((each): each is PromiseRejectedResult => each.status === 'rejected')
    if (failed) throw failed.reason
    return { exitCode: 0, facts: { config: engine.domain.file } }
  },
}
