import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerConfig, ServiceConfig } from '../../shared/model/domain.ts'
import { type Engine, masterOf } from '../core/engine.ts'
import { archiveName } from '../core/operations/archive-name.ts'
import { findUnfinished } from '../core/operations/rollback.ts'
import { serverStatuses, startServer } from '../core/servers/control.ts'
import { stopOrder } from '../core/servers/order.ts'
import { runMasterBackup } from './backup.ts'
import { settleUnfinished } from './runs.ts'
import type { Call, Verb } from './verb.ts'

/** What was down before: `host` and service, so that it can be left as it was found. */
type Down = { readonly server: ServerConfig; readonly service: ServiceConfig }

/** The domain meant: the one of `--config`, else the sample domain, made when it is absent. */
async function sampleEngine(call: Call<object>): Promise<Engine> {
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

/** Starts what is down, a server at a time beside the others; tells what that was. */
async function startAll(engine: Engine, call: Call<object>): Promise<readonly Down[]> {
  const statuses = await serverStatuses(engine)
  const down = engine.domain.servers.flatMap((server) =>
    stopOrder(server)
      .filter((service) => stateOf(statuses, server, service) === 'stopped')
      .map((service) => ({ server, service })),
  )
  await Promise.all(
    engine.domain.servers.map((server) =>
      startServer(engine, server, null, (service) => sayStarting(call, server, service), call.context.signal),
    ),
  )
  return down
}

function stateOf(statuses: Awaited<ReturnType<typeof serverStatuses>>, server: ServerConfig, service: ServiceConfig) {
  const row = statuses.find((each) => each.host === server.host)
  return row?.services.find((each) => each.id === service.id)?.state
}

function sayStarting({ output }: Call<object>, server: ServerConfig, service: ServiceConfig): void {
  output.log({ ja: `${server.name}: ${service.name} を起動`, en: `${server.name}: starting ${service.name}` })
}

/** For `npm start`: the sample domain is there and runs; the last line on stdout is its domain file. */
export const prepareSampleVerb: Verb = {
  name: 'prepare-sample',
  about: { ja: 'サンプルドメインを用意して起動する', en: 'make the sample domain if absent, and start it' },
  async work(call) {
    const engine = await sampleEngine(call)
    // The console shows an unfinished run and offers to settle it: the operator decides, not this.
    const blocked = engine.domain.servers.some((server) => engine.runLock.inspect(server.host) !== null)
    if (!blocked) await startAll(engine, call)
    call.output.line({ ja: engine.domain.file, en: engine.domain.file })
    return { exitCode: 0, facts: { config: engine.domain.file } }
  },
}

/** For `npm start` without a display: the main job in the terminal, asking nothing, leaving the domain as it was. */
export const runSampleVerb: Verb = {
  name: 'run-sample',
  about: {
    ja: 'サンプルドメインのマスタ管理サーバを,端末だけでバックアップする',
    en: "back up the sample domain's master, in the terminal alone",
  },
  async work(call) {
    const { output, context } = call
    output.log({
      ja: '表示装置がないため,同じ作業を端末で実行します',
      en: 'there is no display, so the same job runs in the terminal',
    })
    const engine = await sampleEngine(call)
    if (findUnfinished(engine)) await settleUnfinished(engine, output)
    const down = await startAll(engine, call)
    try {
      const { backups } = engine.domain.folders
      mkdirSync(backups, { recursive: true, mode: 0o700 })
      const to = join(backups, archiveName(masterOf(engine.domain), engine.clock.now()))
      return await runMasterBackup(engine, to, output, context)
    } finally {
      for (const { server, service } of down) await engine.driver(server.host, service.id).stop()
    }
  },
}
