import type { ServiceState } from '../../shared/model/service.ts'
import { type Engine, serverOf } from '../core/engine.ts'
import { serverStatuses, startServer, stopServer } from '../core/servers/control.ts'
import { confirm } from './ask.ts'
import type { Both, Output } from './output.ts'
import type { Verb } from './verb.ts'

const stateWords: Record<ServiceState, Both> = {
  running: { ja: '稼働中', en: 'running' },
  starting: { ja: '起動中', en: 'starting' },
  stopping: { ja: '停止中', en: 'stopping' },
  stopped: { ja: '停止', en: 'stopped' },
  failed: { ja: '障害', en: 'failed' },
}

/** The サーバ一覧 with the live state of every service; under `--json` a row a server. */
export async function showServers(engine: Engine, output: Output): Promise<void> {
  const servers = await serverStatuses(engine)
  if (output.json) {
    output.rows('server', servers, [])
    return
  }
  const rows = servers.flatMap((server) =>
    server.services.map((service) => ({
      ...service,
      server: server.name,
      host: server.host,
      roles: server.roles,
      service: service.name,
      state: output.pick(stateWords[service.state]),
    })),
  )
  output.rows('service', rows, [
    { key: 'server', title: { ja: 'サーバ名', en: 'server' } },
    { key: 'host', title: { ja: 'ホスト名', en: 'host' } },
    { key: 'roles', title: { ja: '種別', en: 'roles' } },
    { key: 'service', title: { ja: 'サービス', en: 'service' } },
    { key: 'state', title: { ja: '状態', en: 'state' } },
    { key: 'pid', title: { ja: 'プロセス', en: 'pid' }, right: true },
    { key: 'since', title: { ja: '開始', en: 'since' } },
  ])
}

export const serversVerb: Verb = {
  name: 'servers',
  about: { ja: 'サーバ一覧とサービスの状態を表示する', en: 'show the servers and their services' },
  async work({ engine, output }) {
    await showServers(engine(), output)
    return { exitCode: 0 }
  },
}

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
