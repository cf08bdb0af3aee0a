import { defineProblems } from './table.ts'

/** The domain file, what stands on disk beside it, journals, run records and run locks. */
export const domainProblems = defineProblems({
  'domain-file-unreadable': {
    exit: 'domainFile',
    ja: [
      'ドメインファイル「{file}」を読めません({text})',
      'パスと読み取り権限を確認し,--configで正しいファイルを指定してください。',
    ],
    en: [
      'The domain file "{file}" cannot be read ({text})',
      'Check the path and the permission to read, or name the right file with --config.',
    ],
  },
  'domain-file-syntax': {
    exit: 'domainFile',
    ja: ['ドメインファイル「{file}」の{line}行目:YAMLとして読めません({text})', 'その行の書き方を直してください。'],
    en: ['Domain file "{file}", line {line}: this is no YAML ({text})', 'Correct how the line is written.'],
  },
  'domain-file-wrong': {
    exit: 'domainFile',
    ja: ['ドメインファイル「{file}」の{line}行目,「{key}」が誤っています', '{expectedJa}を指定してください。'],
    en: ['Domain file "{file}", line {line}: "{key}" is wrong', 'Expected: {expected}.'],
  },
  'settings-file-unreadable': {
    exit: 'domainFile',
    ja: ['設定ファイル「{file}」を読めません({text})', 'ファイルがあること,読み取り権限があることを確認してください。'],
    en: ['The settings file "{file}" cannot be read ({text})', 'Check that the file is there and may be read.'],
  },
  'settings-file-wrong': {
    exit: 'domainFile',
    ja: ['設定ファイル「{file}」の{line}行目,「{key}」が誤っています', '{expectedJa}を指定してください。'],
    en: ['Settings file "{file}", line {line}: "{key}" is wrong', 'Expected: {expected}.'],
  },
  'target-missing': {
    exit: 'domainFile',
    ja: [
      'サーバ「{host}」のバックアップ対象「{target}」がありません',
      'サーバの設定と初期設定パラメタファイルを確認してください。サービスは停止していません。',
    ],
    en: [
      'The backup target "{target}" of server "{host}" is missing',
      "Check the server's settings and its initial parameter file. No service was stopped.",
    ],
  },
  'place-in-target': {
    exit: 'domainFile',
    ja: [
      'サーバ「{host}」の「{place}」({what})がバックアップ対象「{target}」の中にあります',
      'バックアップ対象の外の場所を指定してください。',
    ],
    en: [
      '"{place}" ({what}) of server "{host}" lies inside the backup target "{target}"',
      'Name a place outside every backup target.',
    ],
  },
  'socket-path-too-long': {
    exit: 'domainFile',
    ja: [
      'ソケットのパス「{path}」が長すぎます({bytes}バイト,上限107バイト)',
      'ドメインファイルのfolders.socketsに,より短いパスを指定してください。',
    ],
    en: [
      'The socket path "{path}" is too long ({bytes} bytes, at most 107)',
      'Name a shorter path for folders.sockets in the domain file.',
    ],
  },
  'object-server-unclean': {
    exit: 'failedRestored',
    ja: [
      'サーバ「{host}」のデータベースファイルに未反映の変更「{file}」が残っています',
      'Object Serverを一度起動し,正常に停止してから,もう一度実行してください。',
    ],
    en: [
      'A database file of server "{host}" has changes beside it that were not written back: "{file}"',
      'Start the Object Server once, stop it cleanly, then try again.',
    ],
  },
  'journal-corrupt': {
    exit: 'failedRestored',
    ja: [
      'ジャーナル「{file}」の{line}行目({offset}バイト目)が壊れています({text})',
      'ファイルを変更せずに,マスタ管理サーバのデータ修復(untenseki repair)を行ってください。ほかのジャーナルとサーバの記録から作り直します。',
    ],
    en: [
      'The journal "{file}" is damaged at line {line} (byte {offset}): {text}',
      'Leave the file as it is and repair the master (untenseki repair): the other journals and servers make it whole again.',
    ],
  },
  'journal-failed': {
    exit: 'failedRestored',
    ja: [
      'ジャーナル「{file}」を操作できません({text})',
      'ディスクの空き容量と権限を確認し,アドレスサービスを再起動してください。それでも開けないときは,マスタ管理サーバのデータ修復(untenseki repair)を行ってください。',
    ],
    en: [
      'The journal "{file}" cannot be worked on ({text})',
      'Check free space and permissions, then restart the address service. If it still cannot be opened, repair the master (untenseki repair).',
    ],
  },
  'journal-doubtful': {
    exit: 'warnings',
    ja: [
      'ジャーナルの付属ファイル「{file}」を信用できません({text})。記録そのものは失われていません',
      'マスタ管理サーバのデータ修復(untenseki repair --server MASTER),又はアドレスサービスの再起動で,記録から作り直します。「記録と一致しない」(its records tell otherwise)場合は,このファイルを別の場所へ移してから行ってください。',
    ],
    en: [
      'The file beside a journal "{file}" cannot be believed ({text}); no record is lost by that',
      'Repair the master (untenseki repair --server MASTER) or restart its address service: it is made anew from the records. Where its records tell otherwise, first move this file elsewhere.',
    ],
  },
  'segment-damaged': {
    exit: 'warnings',
    ja: [
      '退避ジャーナル「{file}」の{line}行目({offset}バイト目)が壊れています({text})。破棄しません',
      '削除せずに残してください。同じ登録は検証済みのアーカイブにあり,データ修復はほかのサーバのジャーナルも読み込みます。',
    ],
    en: [
      'The sealed journal "{file}" is damaged at line {line} (byte {offset}): {text}; it is not discarded',
      'Leave it where it is. Its registrations are in verified archives, and data repair reads the journals of the other servers, too.',
    ],
  },
  'journal-mended': {
    exit: 'warnings',
    ja: [
      'ジャーナルの付属ファイル「{file}」が壊れていたため,記録から作り直しました。元のファイルは「{kept}」にあります',
      'ディスクを点検し,確認が済んだら「{kept}」を削除してください。削除するまで,この警告を表示します。',
    ],
    en: [
      'The file beside a journal "{file}" was damaged and was made anew from the records; the old one is kept as "{kept}"',
      'Look at the disk, then remove "{kept}": this is told until it is gone.',
    ],
  },
  'run-in-progress': {
    exit: 'locked',
    ja: [
      'サーバ「{host}」では実行番号{runId}を実行中です({operator},{runHost},プロセス{pid},{since}から)',
      '終了を待ってから,もう一度実行してください。',
    ],
    en: [
      'Run {runId} is in progress on server "{host}" ({operator} on {runHost}, process {pid}, since {since})',
      'Wait for its end, then try again.',
    ],
  },
  'run-unfinished': {
    exit: 'locked',
    ja: [
      'サーバ「{host}」に終わっていない実行番号{runId}があります({operator},{runHost},プロセス{pid},{since}から)',
      '「untenseki runs rollback」で元に戻してから,もう一度実行してください。',
    ],
    en: [
      'Run {runId} on server "{host}" was never finished ({operator} on {runHost}, process {pid}, since {since})',
      'Bring the services back with "untenseki runs rollback", then try again.',
    ],
  },
  'run-record-corrupt': {
    exit: 'failedRestored',
    ja: [
      '実行記録「{file}」の{line}行目が壊れています',
      'ファイルを変更せずに保管し,サービスの状態を「untenseki servers」で確認してください。',
    ],
    en: [
      'The run record "{file}" is damaged at line {line}',
      'Keep the file as it is and look at the services with "untenseki servers".',
    ],
  },
  'run-unknown': {
    exit: 'usage',
    ja: ['実行番号「{runId}」の記録がありません', '「untenseki runs list」で実行番号を確認してください。'],
    en: ['There is no record of a run "{runId}"', 'Look the run up with "untenseki runs list".'],
  },
  'state-folder-failed': {
    exit: 'failedRestored',
    ja: ['「{path}」に記録できません({text})', 'ディスクの空き容量と権限を確認してください。'],
    en: ['"{path}" cannot be recorded ({text})', 'Check free space and permissions.'],
  },
  'domain-file-open': {
    exit: 'domainFile',
    ja: [
      'ドメインファイル「{file}」は,だれでも書き換えられます',
      'ファイルと,それを置いたフォルダの許可モードから,ほかの利用者の書き込みを外してください(chmod o-w)。',
    ],
    en: [
      'Everyone may change the domain file "{file}"',
      'Take away the write permission of others from it and from its folder (chmod o-w).',
    ],
  },
  'folder-foreign': {
    exit: 'notPermitted',
    ja: [
      'フォルダ「{path}」は,ほかの利用者(番号 {owner},許可モード {mode})のもの,又はだれでも書き込めるものです',
      '所有者と許可モードを確認し,正しいフォルダをドメインファイルに指定してください。',
    ],
    en: [
      'The folder "{path}" belongs to somebody else (account {owner}, mode {mode}), or everyone may write to it',
      'Check its owner and mode, and name the right folder in the domain file.',
    ],
  },
})
