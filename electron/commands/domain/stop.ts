import { stopServer } from '../../core/servers/control.ts'
import { showServers } from '../servers.ts'
import type { Verb } from '../verb.ts'
import { domainEngine, type RootOption, withRoot } from './root-option.ts'

export const domainStop: Verb<RootOption> = {
  name: 'stop',
  about: { ja: '全サーバを停止する', en: 'stop every server' },
  examples: ['untenseki domain stop --root /srv/sample'],
  shape: withRoot,
  async work(call) {
    const engine = domainEngine(call)
    const settled = await Promise.allSettled(
      engine.domain.servers.map((server) => stopServer(engine, server, null, undefined, call.context.signal)),
    )
    await showServers(engine, call.output)
    const failed = settled.find((each): each is PromiseRejectedResult => each.status === 'rejected')
    if (failed) throw failed.reason
    return { exitCode: 0 }
  },
}
