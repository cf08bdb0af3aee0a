import { assertNever } from '../../../shared/model/assert-never.ts'
import type { DirectoryStatus, Replica } from '../../../shared/model/directory.ts'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import { exitCodes } from '../../../shared/model/exit-code.ts'
import { fail, type Problem, ProblemError, toProblem } from '../../../shared/model/problem.ts'
import type { Engine } from '../../core/engine.ts'
import { wrongValue } from '../usage-text.ts'
import { told, type Verb } from '../verb.ts'
import { documented, ours } from './remarks.ts'

interface RepstatOptions {
  readonly host?: string
  readonly show?: string
}

/** The manual's words for a server's replication (facts of the UNIX edition); those from `complete` on were not found and are ours. */
const stateTexts = {
  waiting: 'トランザクションレコードあり',
  processing: 'トランザクションレコード処理中',
  complete: 'レプリケーション完了',
  inconsistent: '整合性確保が必要',
  pending: 'データ修復待ち',
} as const
type State = keyof typeof stateTexts

export const nxsrepstat: Verb<RepstatOptions> = {
  name: 'nxsrepstat',
  about: { ja: 'レプリケーションの状態を調べる', en: 'tell the state of the replication' },
  examples: ['nxsrepstat -s 1', 'untenseki nxsrepstat -h tk-ml1,os-ml1 -s 1'],
  readsOnly: true,
  helpFlags: '--help',
  remarks: [
    documented(
      '-h を省略すると全サーバ。マスタ管理サーバを指定すると正常終了する。-s 0 はメッセージなし,1 は標準出力にメッセージを出力し,ほかの値は誤り。英字の大文字と小文字を区別し,同じオプションを繰り返すと最後の値が有効になる。',
      'every server without -h. Naming the master ends normally. -s 0 prints no message, 1 prints them on standard output, any other value is an error. Letters are case-sensitive, and of a repeated option the last value counts.',
    ),
    ours(
      '-s を省略すると 1 とする。データ修復待ちのマスタ管理サーバを完了としないこと。完了,整合性確保が必要,データ修復待ちの文言と終了コード(0 完了,10 未完了又は確認できない,64 指定の誤り)。',
      '-s is 1 when it is left out; that a master which waits for its data repair is not complete; the words for a complete one, for one that has to be reconciled and for one that waits for its repair; the exit codes (0 complete, 10 not complete or not to be told, 64 wrong options).',
    ),
  ],
  shape: (command, pick) =>
    command
      .option('-h, --host <hosts>', pick({ ja: 'ホスト名(コンマ区切り)', en: 'host names, with commas' }))
      .option('-s, --show <0|1>', pick({ ja: 'メッセージの出力', en: 'whether messages are printed' })),
  async work({ engine, options, output, context }) {
    const show = options.show ?? '1'
    if (show !== '0' && show !== '1') throw wrongValue('nxsrepstat', '-s', show)
    const speaks = show === '1'
    try {
      const composed = engine()
      const servers = named(composed, options.host)
      const status = await master(composed)
      const rows: { host: string; state: State }[] = []
      for (const server of servers) rows.push({ host: server.host, state: await stateOf(composed, status, server) })
      if (speaks) {
        for (const { host, state } of rows) {
          const text = `${host}: ${stateTexts[state]}`
          output.line({ ja: text, en: text })
        }
      }
      const complete = rows.every(({ state }) => state === 'complete')
      return { exitCode: complete ? exitCodes.done : exitCodes.replication, facts: { servers: rows, complete } }
    } catch (error) {
      if (speaks || !(error instanceof ProblemError)) throw error
      const { problem } = error
      return { exitCode: problem.exitCode, facts: { problem: told(problem, context) } }
    }
  },
}

function named({ domain }: Engine, hosts: string | undefined): readonly ServerConfig[] {
  if (hosts === undefined) return domain.servers
  return hosts.split(',').map((host) => {
    if (host.length >= 256) throw fail('repstat-host-too-long')
    const server = domain.servers.find((each) => each.host === host)
    if (!server) throw fail('repstat-host-unknown', { host })
    return server
  })
}

async function master(engine: Engine): Promise<DirectoryStatus> {
  try {
    return await engine.names.status()
  } catch (error) {
    throw fail('repstat-connect', { text: toProblem(error).message.en, textJa: toProblem(error).message.ja }, error)
  }
}

async function stateOf(engine: Engine, status: DirectoryStatus, server: ServerConfig): Promise<State> {
  if (server.roles.includes('master')) return status.repairPending === null ? 'complete' : 'pending'
  const problem = await addressServiceProblem(engine, server)
  if (problem !== null) throw fail('repstat-host-check', { host: server.host, text: problem })
  const replica = status.replicas.find((each) => each.host === server.host)
  return replica ? replicaState(replica) : 'waiting'
}

/** As the master tells it, which asks the server itself; one that it cannot ask has records waiting. */
function replicaState({ state }: Replica): State {
  switch (state) {
    case 'complete':
      return 'complete'
    case 'processing':
      return 'processing'
    case 'waiting':
    case 'unreachable':
      return 'waiting'
    case 'diverged':
    case 'newer':
      return 'inconsistent'
    case 'repair-pending':
      return 'pending'
    default:
      return assertNever(state)
  }
}

/** Why that server's address service cannot be asked, or null. */
async function addressServiceProblem(engine: Engine, server: ServerConfig): Promise<string | null> {
  const service = server.services.find((each) => each.kind === 'address-service')
  if (!service) return '-'
  const { state, problem } = await engine.driver(server.host, service.id).status()
  return state === 'running' ? null : reason(state, problem)
}

function reason(state: string, problem: Problem | null): string {
  return problem?.message.en ?? state
}
