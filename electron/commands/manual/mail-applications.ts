import type { ServerConfig } from '../../../shared/model/domain.ts'
import { fail } from '../../../shared/model/problem.ts'
import { type Engine, serverOf } from '../../core/engine.ts'
import { startServer, stopServer } from '../../core/servers/control.ts'
import { showServers } from '../servers.ts'
import { wrongValue } from '../usage-text.ts'
import type { Call, Verb } from '../verb.ts'
import { documented, ours } from './remarks.ts'

interface MachineOptions {
  readonly server?: string
}

type Action = 'start' | 'stop'

/** Starts or stops the server (mail applications) of these servers, one after the other. */
async function work(call: Call<object>, engine: Engine, servers: readonly ServerConfig[], action: Action) {
  for (const server of servers) {
    const applications = server.services.find((each) => each.kind === 'server')
    if (!applications) {
      const services = server.services.map((each) => each.id).join(', ')
      throw fail('service-unknown', { service: 'server', host: server.host, services })
    }
    const starting = action === 'start'
    const say = (service: { readonly name: string }) =>
      call.output.log({
        ja: `${server.name}: ${service.name} を${starting ? '起動' : '停止'}しています`,
        en: `${server.name}: ${starting ? 'starting' : 'stopping'} ${service.name}`,
      })
    await (starting ? startServer : stopServer)(engine, server, applications.id, say, call.context.signal)
  }
  await showServers(engine, call.output)
  return { exitCode: 0 }
}

/** The domain's server on this machine, by host name; the only one of a domain that has one. Throws `machine-unknown` (64). */
function thisMachine(engine: Engine): ServerConfig {
  const { servers } = engine.domain
  const { host } = engine.owner
  const [only, ...others] = servers
  const found = servers.find((each) => each.host === host) ?? (others.length === 0 ? only : undefined)
  if (!found) throw fail('machine-unknown', { host, hosts: servers.map((each) => each.host).join(', ') })
  return found
}

function onThisMachine(name: 'APSTART' | 'APSTOP', action: Action): Verb<MachineOptions> {
  const starting = action === 'start'
  return {
    name,
    about: starting
      ? { ja: 'このマシンのサーバ(メールの業務)を起動する', en: 'start the server (mail applications) of this machine' }
      : { ja: 'このマシンのサーバ(メールの業務)を停止する', en: 'stop the server (mail applications) of this machine' },
    examples: [name, `untenseki ${name} --server tk-ml1`],
    remarks: [
      documented(
        'マスタ管理サーバの状態に関係なく,このマシンのサーバだけを対象にする。',
        'works on the server of this machine alone, whatever state the master is in.',
      ),
      starting
        ? ours(
            '--server,必要な下位のサービスの起動,終了コード。',
            '--server, starting the services below that it needs, the exit codes.',
          )
        : ours(
            '--server,先に停止すべき他サーバの停止,問い合わせをしないこと,終了コード。',
            '--server, ending the dependent servers first, asking nothing, the exit codes.',
          ),
    ],
    shape: (command, pick) =>
      command.option(
        '--server <host>',
        pick({ ja: 'ホスト名(省略時はこのマシン)', en: 'host name (this machine without it)' }),
      ),
    async work(call) {
      const engine = call.engine()
      const { server } = call.options
      return work(call, engine, [server === undefined ? thisMachine(engine) : serverOf(engine.domain, server)], action)
    },
  }
}

export const apstart = onThisMachine('APSTART', 'start')
export const apstop = onThisMachine('APSTOP', 'stop')

interface SiteOptions {
  readonly server?: string
}

export const nxsmngsrv: Verb<SiteOptions> = {
  name: 'NXSMNGSRV',
  about: { ja: 'マスタ管理サーバからサーバを起動・停止する', en: 'start or stop servers from the master' },
  examples: ['NXSMNGSRV stop', 'untenseki NXSMNGSRV start --server tk-ml1,os-ml1'],
  remarks: [
    documented(
      'マスタ管理サーバのアドレスサービスが稼働していなければならない。',
      "the master's address service has to be running.",
    ),
    ours(
      '引数とオプションの書き方(省略時は全サーバ),終了コード。',
      'how arguments and options are written (every server without --server), the exit codes.',
    ),
  ],
  shape: (command, pick) =>
    command
      .argument('<action>', 'start | stop')
      .option('--server <hosts>', pick({ ja: 'ホスト名(コンマ区切り)', en: 'host names, with commas' })),
  async work(call) {
    const [action] = call.args
    if (action !== 'start' && action !== 'stop') throw wrongValue('NXSMNGSRV', 'action', action ?? '')
    const engine = call.engine()
    const { server } = call.options
    const { servers } = engine.domain
    const chosen = server === undefined ? servers : server.split(',').map((host) => serverOf(engine.domain, host))
    await engine.names.status()
    return work(call, engine, chosen.filter(hasApplications), action)
  },
}

/** A server without mail applications is named only on purpose, and then refused by name. */
function hasApplications(server: ServerConfig, _: number, chosen: readonly ServerConfig[]): boolean {
  return chosen.length === 1 || server.services.some((each) => each.kind === 'server')
}
