import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerConfig, ServiceConfig } from '../../../shared/model/domain.ts'
import type { Engine } from '../../core/engine.ts'
import { serverStatuses, startServer } from '../../core/servers/control.ts'
import { stopOrder } from '../../core/servers/order.ts'
import type { Call } from '../verb.ts'

/** What was down before: `host` and service, so that it can be left as it was found. */
type Down = { readonly server: ServerConfig; readonly service: ServiceConfig }

/** The domain meant: the one of `--config`, else the sample domain, made when it is absent. */
export async function sampleEngine(call: Call<object>): Promise<Engine> {
  const { context, options, output } = call
  if (options.config !== undefined) return call.engine()
  const root = context.sampleRoot
  const file = join(root, 'untenseki.yaml')
  if (!existsSync(file)) {
    output.log({ ja: `サンプルドメインを作成しています: ${root}`, en: `making the sample domain in ${root}` })
    await context.initSample({ root, users: 300, mails: 3000, masterJournal: true })
  }
  return context.compose(file)
}

/** What is down now, in the order in which it would be stopped. */
export async function whatIsDown(engine: Engine): Promise<readonly Down[]> {
  const statuses = await serverStatuses(engine)
  return engine.domain.servers.flatMap((server) =>
    stopOrder(server)
      .filter((service) => stateOf(statuses, server, service) === 'stopped')
      .map((service) => ({ server, service })),
  )
}

/** Starts what is down, a server at a time beside the others. Once it fails no server is still being worked on. */
export async function startAll(engine: Engine, call: Call<object>): Promise<void> {
  const statuses = await serverStatuses(engine)
  const say = (server: ServerConfig) => (service: ServiceConfig) => {
    if (stateOf(statuses, server, service) !== 'running') sayStarting(call, server, service)
  }
  const started = await Promise.allSettled(
    engine.domain.servers.map((server) => startServer(engine, server, null, say(server), call.context.signal)),
  )
  const failed = started.find((each): each is PromiseRejectedResult => each.status === 'rejected')
  if (failed) throw failed.reason
}

function stateOf(statuses: Awaited<ReturnType<typeof serverStatuses>>, server: ServerConfig, service: ServiceConfig) {
  const row = statuses.find((each) => each.host === server.host)
  return row?.services.find((each) => each.id === service.id)?.state
}

function sayStarting({ output }: Call<object>, server: ServerConfig, service: ServiceConfig): void {
  output.log({ ja: `${server.name}: ${service.name} を起動`, en: `${server.name}: starting ${service.name}` })
}
