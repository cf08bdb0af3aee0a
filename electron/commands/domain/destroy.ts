import { join } from 'node:path'
import { attended, stopServices } from '../../core/servers/control.ts'
import { stopOrder } from '../../core/servers/order.ts'
import { confirm } from '../ask.ts'
import type { Verb } from '../verb.ts'
import { type RootOption, withRoot } from './root-option.ts'

export const domainDestroy: Verb<RootOption> = {
  name: 'destroy',
  about: { ja: 'サンプルドメインを削除する', en: 'remove a sample domain' },
  examples: ['untenseki domain destroy --root /srv/sample --yes'],
  shape: withRoot,
  async work(call) {
    const { context, options, output } = call
    const root = call.path(options.root ?? context.sampleRoot)
    context.assertSample(root)
    await confirm(context, options, {
      ja: `${root} のサンプルドメインを,アーカイブも含めて削除しますか。`,
      en: `Remove the sample domain in ${root}, its archives included?`,
    })
    const engine = context.compose(join(root, 'untenseki.yaml'))
    const { servers } = engine.domain
    await attended(engine, servers, async () => {
      for (const server of servers) await stopServices(engine, server, stopOrder(server))
      context.destroySample(root)
    })
    output.line({ ja: `削除しました: ${root}`, en: `Removed ${root}` })
    return { exitCode: 0, facts: { root } }
  },
}
