import { exitCodes } from '../../shared/model/exit-code.ts'
import { problem } from '../../shared/model/problem.ts'
import { nxrestore } from '../core/operations/nxrestore.ts'
import { documented, ours } from './manual/remarks.ts'
import { withPrompts } from './manual/with-prompts.ts'
import { told, type Verb } from './verb.ts'

interface NxrestoreOptions {
  readonly server?: string
}

export const nxrestoreVerb: Verb<NxrestoreOptions> = {
  name: 'nxrestore',
  about: {
    ja: '停止済みのサーバのデータをバックアップの内容に入れ替える。必ず問い合わせる',
    en: "exchange the data of a server whose services are stopped for a backup's; always prompts",
  },
  examples: ['nxrestore', 'untenseki nxrestore --server hq-mas'],
  remarks: [
    documented(
      'スーパーユーザが実行する。バックアップ媒体のスペシャルファイル名(又はファイルの絶対パス)を問い合わせる。',
      'run by the superuser; asks for the special file (or the absolute path of a file).',
    ),
    ours(
      '「よろしいですか。(Y/N)」,--server,稼働中のサービスがあれば拒否すること,サーバが修復待ちになること,元のデータを残すこと,2巻目以降の媒体の問い合わせ,終了コード(データ修復が残るため,成功しても1)。',
      '「よろしいですか。(Y/N)」, --server, the refusal while a service runs, that the server waits for data repair, that the former data is kept, the question for further volumes, the exit codes (1 when it went well, because data repair is left to do).',
    ),
  ],
  shape: (command, pick) =>
    command.option(
      '--server <host>',
      pick({ ja: 'ホスト名(省略時はマスタ管理サーバ)', en: 'host name (the master without it)' }),
    ),
  work: (call) =>
    withPrompts(call, async ({ engine, server, medium, nextVolume, line }) => {
      const { output, context } = call
      const { signal } = context
      const plan = await nxrestore(engine, server, medium, { signal, onProgress: line.show, nextVolume })
      line.clear()
      const warnings = [...plan.warnings, problem('restore-unrepaired', { hosts: server.host })]
      const number = plan.archives[0]?.position?.number ?? null
      output.line({ ja: `リストアしました: 変更番号 ${number ?? '-'}`, en: `Restored: change number ${number ?? '-'}` })
      for (const warning of warnings) output.problem(warning)
      const facts = { changeNumber: number, warnings: warnings.map((each) => told(each, context)) }
      return { exitCode: exitCodes.warnings, facts }
    }),
}
