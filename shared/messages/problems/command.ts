import { defineProblems } from './table.ts'

export const commandProblems = defineProblems({
  'server-or-all': {
    exit: 'usage',
    ja: ['--server と --all のどちらか一方だけを指定してください', '対象のサーバを指定して,もう一度実行してください。'],
    en: ['Give either --server or --all, and only one of them', 'Name the servers, then try again.'],
  },
  'folder-needed': {
    exit: 'usage',
    ja: ['{path} はフォルダではありません', '複数のサーバのときは,--to に既にあるフォルダを指定してください。'],
    en: ['{path} is no folder', 'For several servers give --to a folder that is there.'],
  },
  'duration-wrong': {
    exit: 'usage',
    ja: ['{option} の値「{given}」は時間ではありません', '90,90s,30m,2h のように指定してください。'],
    en: ['{option} is no time: "{given}"', 'Write it as 90, 90s, 30m or 2h.'],
  },
  'usage-wrong': {
    exit: 'usage',
    ja: ['指定に誤りがあります: {textJa}', '「untenseki {verb} --help」で使い方を確認してください。'],
    en: ['Wrong usage: {text}', 'See "untenseki {verb} --help".'],
  },
  'answer-needed': {
    exit: 'usage',
    ja: ['確認が必要ですが,端末がありません', '--yes を付けて実行してください。'],
    en: ['A confirmation is needed, but there is no terminal', 'Give --yes.'],
  },
  'answer-no': {
    exit: 'interrupted',
    ja: ['「y」以外が入力されたため,何もしませんでした', '実行する場合は「y」を入力してください。'],
    en: ['The answer was not "y", so nothing was done', 'Answer "y" to go on.'],
  },
  'answer-missing': {
    exit: 'usage',
    ja: ['入力が終わったため,何もしませんでした', '端末から実行し,問い合わせに答えてください。'],
    en: ['The input ended before the question was answered, so nothing was done', 'Run it in a terminal and answer.'],
  },
  'no-domain-file': {
    exit: 'domainFile',
    ja: [
      'ドメインファイルがありません: {file}',
      '--config で指定するか,「untenseki domain init --root フォルダ」で作成してください。',
    ],
    en: [
      'There is no domain file: {file}',
      'Name one with --config, or make one with "untenseki domain init --root DIR".',
    ],
  },
  'services-down': {
    exit: 'failedDown',
    ja: ['停止したままのサービスがあります: {services}', '「untenseki start --server {host}」で起動してください。'],
    en: ['These services are still DOWN: {services}', 'Start them with "untenseki start --server {host}".'],
  },
  'domain-file-forbidden': {
    exit: 'notPermitted',
    ja: ['ドメインファイル「{file}」を読む権限がありません', 'スーパーユーザ,又はファイルの所有者で実行してください。'],
    en: ['This account may not read the domain file "{file}"', "Run it as the superuser, or as the file's owner."],
  },
  'path-relative': {
    exit: 'usage',
    ja: ['{path} は絶対パスではありません', 'ファイル名を絶対パスで入力してください。'],
    en: ['{path} is not an absolute path', "Enter a file's absolute path."],
  },
  'machine-unknown': {
    exit: 'usage',
    ja: ['このマシン({host})はドメインのサーバではありません', '--server で次のどれかを指定してください: {hosts}'],
    en: ['This machine ({host}) is no server of the domain', 'Name one of these with --server: {hosts}'],
  },
  'repstat-host-too-long': {
    exit: 'usage',
    ja: ['指定したホスト名が長すぎます', 'ホスト名は255文字以内で指定してください。'],
    en: ['指定したホスト名が長すぎます (a host name is too long)', 'A host name has at most 255 characters.'],
  },
  'repstat-host-unknown': {
    exit: 'usage',
    ja: ['指定したホスト名は存在しません({host})', '「untenseki servers」でホスト名を確認してください。'],
    en: [
      '指定したホスト名は存在しません({host}) (there is no such host)',
      'See the host names with "untenseki servers".',
    ],
  },
  'repstat-host-check': {
    exit: 'replication',
    ja: [
      '引数に指定したホスト名のチェックでエラーが発生しました({host})',
      'そのサーバのアドレスサービスを起動してから,もう一度実行してください。',
    ],
    en: [
      '引数に指定したホスト名のチェックでエラーが発生しました({host}) (that server cannot be asked: {text})',
      "Start that server's address service, then try again.",
    ],
  },
  'repstat-connect': {
    exit: 'replication',
    ja: ['通信開始時にエラーが発生しました', 'マスタ管理サーバのアドレスサービスを起動してください({textJa})。'],
    en: [
      '通信開始時にエラーが発生しました (the master cannot be asked)',
      "Start the master's address service ({text}).",
    ],
  },
  'notify-failed': {
    exit: 'warnings',
    ja: [
      '通知できませんでした({channel}): {text}',
      'ドメインファイルの notifications と,通知先の状態を確認してください。',
    ],
    en: ['People could not be told ({channel}): {text}', 'Check notifications in the domain file, and the other side.'],
  },
  'mail-untrusted': {
    exit: 'warnings',
    ja: [
      'メールサーバの証明書を確認できないため,パスワードもメールも送っていません({channel}): {text}',
      'notifications.mail の host と証明書の名前,証明書の期限,認証局の証明書(caFile)を確認してください。',
    ],
    en: [
      "Neither password nor mail was sent, because the mail server's certificate does not check out ({channel}): {text}",
      "Compare notifications.mail's host with the certificate's name, and look at its expiry and at the CA (caFile).",
    ],
  },
  'secret-file-open': {
    exit: 'notPermitted',
    ja: [
      'パスワードのファイル「{path}」を,所有者以外も読み書きできます',
      '所有者だけが読めるように,許可モードを 0600 にしてください。',
    ],
    en: ['The password file "{path}" is open to others than its owner', 'Give it the mode 0600.'],
  },
  'schedule-foreign': {
    exit: 'notPermitted',
    ja: [
      '「{file}」はこのドメインの予定として書かれたものではありません',
      '内容を確認し,不要であれば手で移動してください。',
    ],
    en: [
      '"{file}" was not written as the schedule of this domain',
      'Look into it, and move it away by hand if it is not needed.',
    ],
  },
  'schedule-failed': {
    exit: 'unavailable',
    ja: ['予定を登録又は取り消しできませんでした({what}): {text}', '権限とスケジューラの状態を確認してください。'],
    en: ['The schedule could not be written ({what}): {text}', "Check permissions and the scheduler's state."],
  },
  'schedule-calendar': {
    exit: 'usage',
    ja: ['予定の書式「{calendar}」は使えません: {text}', 'systemd.time(7),又は crontab(5) の書式で指定してください。'],
    en: ['The scheduler does not understand "{calendar}": {text}', 'Write it as in systemd.time(7), or crontab(5).'],
  },
  'schedule-time': {
    exit: 'usage',
    ja: ['「{at}」は時刻ではありません', '00:00 から 23:59 までで指定してください。'],
    en: ['"{at}" is no time of day', 'Name one from 00:00 to 23:59.'],
  },
  'schedule-folder': {
    exit: 'usage',
    ja: ['「{path}」はフォルダではありません', '毎回新しいアーカイブを置く,既存のフォルダを指定してください。'],
    en: ['"{path}" is no folder', 'Name a folder that is there: each night needs a new archive in it.'],
  },
  'schedule-words': {
    exit: 'usage',
    ja: ['予定のコマンドに制御文字は使えません: {word}', '別の名前のパスを指定してください。'],
    en: ['The command of a schedule holds no control characters: {word}', 'Use a path of another name.'],
  },
  'report-failed': {
    exit: 'medium',
    ja: ['報告書「{file}」を書き込めません: {text}', '書き込める,まだないファイルの名前を指定してください。'],
    en: ['The report "{file}" cannot be written: {text}', 'Name a file that can be written and is not there yet.'],
  },
})
