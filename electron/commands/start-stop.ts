import { serverOf } from '../core/engine.ts'
import { startServer, stopServer } from '../core/servers/control.ts'
import { confirm } from './ask.ts'
import { showServers } from './servers.ts'
import type { Verb } from './verb.ts'

interface ServerOptions {
  readonly server: string
  readonly service?: string
}

function startOrStop(action: 'start' | 'stop'): Verb<ServerOptions> {
  const starting = action === 'start'
  return {
    name: action,
    about: starting
      ? { ja: 'サーバを順に起動する', en: 'start servers in order' }
      : { ja: 'サーバを順に停止する', en: 'stop servers in order' },
    examples: [`untenseki ${action} --server hq-mas${starting ? '' : ' --yes'}`],
    shape: (command, pick) =>
      command
        .requiredOption('--server <hosts>', pick({ ja: 'ホスト名(コンマ区切り)', en: 'host names, with commas' }))
        .option('--service <id>', pick({ ja: 'サービスだけを対象にする', en: 'only this service' })),
    async work({ engine, output, options, context }) {
      const { domain } = engine()
      const servers = options.server.split(',').map((host) => serverOf(domain, host))
      const names = servers.map((server) => server.name).join(', ')
      if (!starting) await confirm(context, options, { ja: `${names} を停止しますか。`, en: `Stop ${names}?` })
      for (const server of servers) {
        const work = starting ? startServer : stopServer
        const say = (service: { readonly name: string }) =>
          output.log({
            ja: `${server.name}: ${service.name} を${starting ? '起動' : '停止'}しています`,
            en: `${server.name}: ${starting ? 'starting' : 'stopping'} ${service.name}`,
          })
        await work(engine(), server, options.service ?? null, say, context.signal)
      }
      await showServers(engine(), output)
      return { exitCode: 0 }
    },
  }
}

export const startVerb = startOrStop('start')
export const stopVerb = startOrStop('stop')
