import { join } from 'node:path'
import { Command } from 'commander'
import { fail, toProblem } from '../../shared/model/problem.ts'
import type { Engine } from '../core/engine.ts'
import { checkTargets } from '../core/operations/preflight.ts'
import { startServer, stopServer } from '../core/servers/control.ts'
import { confirm } from './ask.ts'
import type { CommandContext } from './context.ts'
import { showServers } from './servers.ts'
import { type Call, toCommand, type Verb } from './verb.ts'

interface RootOption {
  readonly root?: string
}

interface InitOptions extends RootOption {
  readonly users: string
  readonly mails: string
  readonly masterJournal: boolean
}

const rootText = { ja: 'サンプルドメインのフォルダ', en: 'folder of the sample domain' }

const init: Verb<InitOptions> = {
  name: 'init',
  about: { ja: 'サンプルドメインを作成する', en: 'make a sample domain' },
  examples: ['untenseki domain init --root /srv/sample --users 300 --mails 3000'],
  shape: (command, pick) =>
    command
      .option('--root <dir>', pick(rootText))
      .option('--users <n>', pick({ ja: 'ユーザ数', en: 'number of users' }), '300')
      .option('--mails <n>', pick({ ja: 'メール数', en: 'number of mails' }), '3000')
      .option('--no-master-journal', pick({ ja: 'MNG_JOURNAL を設定しない', en: 'set no MNG_JOURNAL' })),
  async work({ context, output, options, path }) {
    const root = path(options.root ?? context.sampleRoot)
    const users = count(options.users, '--users')
    const mails = count(options.mails, '--mails')
    const file = await context.initSample({ root, users, mails, masterJournal: options.masterJournal })
    output.line({ ja: `サンプルドメインを作成しました: ${file}`, en: `Made the sample domain: ${file}` })
    return { exitCode: 0, facts: { config: file, root } }
  },
}

const start: Verb<RootOption> = {
  name: 'start',
  about: { ja: '全サーバを起動する', en: 'start every server' },
  shape: withRoot,
  async work(call) {
    const engine = domainEngine(call)
    checkTargets(engine)
    await Promise.all(
      engine.domain.servers.map((server) => startServer(engine, server, null, undefined, call.context.signal)),
    )
    await showServers(engine, call.output)
    return { exitCode: 0, facts: { config: engine.domain.file } }
  },
}

const stop: Verb<RootOption> = {
  name: 'stop',
  about: { ja: '全サーバを停止する', en: 'stop every server' },
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

const status: Verb<RootOption> = {
  name: 'status',
  about: { ja: 'ドメインの状態を表示する', en: 'show the state of the domain' },
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

const destroy: Verb<RootOption> = {
  name: 'destroy',
  about: { ja: 'サンプルドメインを削除する', en: 'remove a sample domain' },
  shape: withRoot,
  async work(call) {
    const { context, options, output } = call
    const root = call.path(options.root ?? context.sampleRoot)
    await confirm(context, options, {
      ja: `${root} のサンプルドメインを,アーカイブも含めて削除しますか。`,
      en: `Remove the sample domain in ${root}, its archives included?`,
    })
    const engine = context.compose(join(root, 'untenseki.yaml'))
    for (const server of engine.domain.servers) await stopServer(engine, server, null)
    context.destroySample(root)
    output.line({ ja: `削除しました: ${root}`, en: `Removed ${root}` })
    return { exitCode: 0, facts: { root } }
  },
}

/** `untenseki domain init|start|stop|status|destroy`: the sample domain as a whole. */
export function domainCommand(context: CommandContext, ended: (code: number) => void): Command {
  const text = {
    ja: 'ドメイン全体の作成・起動・停止・状態・削除',
    en: 'make, start, stop, show, remove a whole domain',
  }
  const command = new Command('domain').description(text[context.language])
  command.addCommand(toCommand(init, context, ended))
  for (const verb of [start, stop, status, destroy]) command.addCommand(toCommand(verb, context, ended))
  return command
}

function withRoot(command: Command, pick: (text: { ja: string; en: string }) => string): void {
  command.option('--root <dir>', pick(rootText))
}

/** The domain of `--root`, else the one that `--config` and its fallbacks name. */
function domainEngine(call: Call<RootOption>): Engine {
  const { root } = call.options
  return root === undefined ? call.engine() : call.context.compose(join(call.path(root), 'untenseki.yaml'))
}

function count(text: string, option: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 1_000_000) {
    throw fail('usage-wrong', { text: `${option} ${text}`, verb: 'domain init' })
  }
  return value
}
