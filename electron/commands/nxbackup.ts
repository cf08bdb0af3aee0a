import { nxbackup } from '../core/operations/nxbackup.ts'
import { documented, ours } from './manual/remarks.ts'
import { withPrompts } from './manual/with-prompts.ts'
import { bytesText } from './units.ts'
import type { Verb } from './verb.ts'

interface NxbackupOptions {
  readonly server?: string
}

export const nxbackupVerb: Verb<NxbackupOptions> = {
  name: 'nxbackup',
  about: {
    ja: '停止済みのサーバのバックアップだけを取得する。必ず問い合わせるため,自動化には使えない',
    en: 'copy a server whose services are stopped; always prompts, so it is of no use unattended',
  },
  examples: ['nxbackup', 'untenseki nxbackup --server hq-mas'],
  remarks: [
    documented(
      'スーパーユーザが実行する。バックアップ媒体のスペシャルファイル名(又はファイルの絶対パス)と「よろしいですか。(Y/N)」を問い合わせる。',
      'run by the superuser; asks for the special file (or the absolute path of a file) and then 「よろしいですか。(Y/N)」.',
    ),
    ours(
      '--server,ファイルの所有者にも許すこと,稼働中のサービスがあれば拒否すること,2巻目以降の媒体の問い合わせ,アーカイブの形式,終了コード。',
      "--server, that the owner of the domain's files may run it too, the refusal while a service runs, the question for further volumes, the archive's format, the exit codes.",
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
      const archive = await nxbackup(engine, server, medium, { signal, onProgress: line.show, medium: { nextVolume } })
      const { path, bytes, sha256, members, position } = archive
      line.clear()
      output.line({
        ja: `バックアップを取得しました: ${members} 件,${bytesText(bytes)},変更番号 ${position?.number ?? '-'}`,
        en: `Backed up: ${members} members, ${bytesText(bytes)}, change number ${position?.number ?? '-'}`,
      })
      output.line({ ja: path, en: path })
      const facts = { archive: { path, bytes, sha256, members }, changeNumber: position?.number ?? null }
      return { exitCode: 0, facts }
    }),
}
