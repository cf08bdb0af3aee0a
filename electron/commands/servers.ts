import type { ServiceState } from '../../shared/model/service.ts'
import type { Engine } from '../core/engine.ts'
import { serverStatuses } from '../core/servers/control.ts'
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
      site: server.site,
      roles: server.roles,
      service: service.name,
      state: output.pick(stateWords[service.state]),
    })),
  )
  output.rows('service', rows, [
    { key: 'site', title: { ja: 'サイト', en: 'site' } },
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
  examples: ['untenseki servers', 'untenseki servers --json'],
  readsOnly: true,
  async work({ engine, output }) {
    await showServers(engine(), output)
    return { exitCode: 0 }
  },
}
