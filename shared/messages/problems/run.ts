import { defineProblems } from './table.ts'

export const runProblems = defineProblems({
  'run-busy': {
    exit: 'locked',
    ja: ['手順を実行中です', '実行中の手順が終わるのを待つか,中止してください。'],
    en: ['A run is under way', 'Wait until its step is over, or cancel it.'],
  },
  'services-attended': {
    exit: 'locked',
    ja: [
      'サーバ「{host}」のサービスを,ほかの操作が起動又は停止しています',
      '終了を待ってから,もう一度実行してください。',
    ],
    en: ['Someone is starting or stopping services of server "{host}"', 'Wait for the end of that, then try again.'],
  },
  'no-run': {
    exit: 'usage',
    ja: ['実行できる手順がありません', '手順ウィンドウを開き直してください。'],
    en: ['There is no run to drive', 'Open the run-book window again.'],
  },
  'no-volume-asked': {
    exit: 'usage',
    ja: ['次の媒体は求められていません', '手順ウィンドウの表示に従ってください。'],
    en: ['No further volume is being asked for', 'Go by what the run-book window shows.'],
  },
  'no-unfinished-run': {
    exit: 'done',
    ja: ['終わっていない実行はありません', '何もする必要はありません。'],
    en: ['There is no unfinished run', 'Nothing needs to be done.'],
  },
  'server-unknown': {
    exit: 'usage',
    ja: ['サーバ {host} はドメインにありません', '次のどれかを指定してください: {hosts}'],
    en: ['The domain has no server {host}', 'Name one of these: {hosts}'],
  },
  'service-unknown': {
    exit: 'usage',
    ja: ['{host} にサービス {service} はありません', '次のどれかを指定してください: {services}'],
    en: ['{host} has no service {service}', 'Name one of these: {services}'],
  },
  'service-running': {
    exit: 'medium',
    ja: [
      '{host} のサービスが稼働中のため,コピーできません: {services}',
      'サービスを停止してから,もう一度実行してください。',
    ],
    en: ['Services of {host} are running, so it cannot be copied: {services}', 'Stop them, then try again.'],
  },
  'superuser-only': {
    exit: 'notPermitted',
    ja: ['この操作はスーパーユーザだけが実行できます(現在の利用者番号 {uid})', 'スーパーユーザで実行してください。'],
    en: ['Only the superuser may do this (this account is {uid})', 'Run it as the superuser.'],
  },
  'not-permitted': {
    exit: 'notPermitted',
    ja: [
      '{path} を読み取る権限がありません(利用者番号 {uid})',
      'バックアップ対象を読み取れる利用者で実行してください。',
    ],
    en: ['This account ({uid}) may not read {path}', 'Run it as an account that may read every backup target.'],
  },
  'one-server-only': {
    exit: 'usage',
    ja: ['この手順({runbook})の対象は1台のサーバだけです', 'サーバを1台だけ指定してください。'],
    en: ['This run-book ({runbook}) is about one server only', 'Name one server.'],
  },
  'replication-behind': {
    exit: 'warnings',
    ja: ['起動したサーバへのレプリケーションがまだ完了していません({hostsJa})', '完了を確認してください: replication'],
    en: [
      'Replication to the server that was started is not complete yet ({hosts})',
      'See to it that it completes: replication',
    ],
  },
  'replication-lagging': {
    exit: 'warnings',
    ja: [
      'マスタ管理サーバだけをバックアップしましたが,レプリケーションの完了していないサーバがあります({hostsJa})',
      'そのサーバの状態を確認してください: untenseki replication',
    ],
    en: [
      'Only the master was backed up, and replication to these servers was not complete ({hosts})',
      'Look at the state of those servers: untenseki replication',
    ],
  },
  'master-backup-due': {
    exit: 'warnings',
    ja: [
      '{host} のアーカイブ(変更番号 {change})は,マスタ管理サーバ {master} の最新のアーカイブ(変更番号 {masterChange})にない登録を含みます',
      'マスタ管理サーバをバックアップしてください: {command}',
    ],
    en: [
      'The archive of {host} (change {change}) holds registrations that the newest archive of the master {master} (change {masterChange}) lacks',
      'Back up the master: {command}',
    ],
  },
  'master-backup-none': {
    exit: 'warnings',
    ja: [
      '{host} のバックアップ(変更番号 {change})に対する,マスタ管理サーバ {master} の正常なアーカイブがありません',
      'マスタ管理サーバをバックアップしてください: {command}',
    ],
    en: [
      'There is no good archive of the master {master} to go with the backup of {host} (change {change})',
      'Back up the master: {command}',
    ],
  },
  'downtime-limit': {
    exit: 'failedRestored',
    ja: [
      '停止時間が上限の{seconds}秒に達したため,バックアップを打ち切りました',
      '上限を延ばすか,バックアップ先を速い媒体に変えて,もう一度実行してください。',
    ],
    en: [
      'The services were down for the {seconds} seconds that are allowed, so the backup was given up',
      'Raise the limit or use a faster medium, then back up again.',
    ],
  },
  'archive-database-bad': {
    exit: 'badArchive',
    ja: [
      'アーカイブから取り出したデータベースが正しくありません({path}: {textJa})',
      'このアーカイブは使わず,Object Serverのデータベースを点検してから,バックアップをやり直してください。',
    ],
    en: [
      'The database in the archive is not good ({path}: {text})',
      "Do not use this archive; check the Object Server's database, then back up again.",
    ],
  },
  'database-unchecked': {
    exit: 'warnings',
    ja: [
      '{path} のデータベースを取り出して点検できませんでした({textJa})',
      'このアーカイブは,退避ジャーナルを破棄する根拠になりません。状態フォルダの空きを確認してください。',
    ],
    en: [
      'The database of {path} could not be extracted and checked ({text})',
      'No journal is discarded on account of this archive. Look at the free space of the state folder.',
    ],
  },
  'second-copy-missing': {
    exit: 'warnings',
    ja: [
      '{path} の二次媒体へのコピーができていません。退避ジャーナルは破棄しませんでした',
      '原因を取り除き,copy コマンドでコピーしてください。途中までのコピーはそのまま続けられます。',
    ],
    en: [
      'There is no copy of {path} on the second medium; no sealed journal was discarded',
      'Remove the cause and use the command copy, which goes on with what was copied already.',
    ],
  },
  'discard-unknown-line': {
    exit: 'warnings',
    ja: [
      'マスタ管理サーバのアドレスサービスに問い合わせできないため,退避ジャーナルを破棄しませんでした',
      '次のバックアップで破棄します。',
    ],
    en: [
      "No sealed journal was discarded, because the master's address service cannot be asked",
      'The next backup will see to it.',
    ],
  },
  'catalog-corrupt': {
    exit: 'failedRestored',
    ja: [
      'アーカイブの目録が壊れています({file} の{line}行目)',
      'この行を控えから直してください。それまで,退避ジャーナルは破棄されません。',
    ],
    en: [
      'The archive catalog is damaged (line {line} of {file})',
      'Put that line right from a copy. Until then no sealed journal is discarded.',
    ],
  },
  'archive-changed': {
    exit: 'badArchive',
    ja: ['検証した {path} は,書き込んだアーカイブと異なります', '媒体を点検し,バックアップをやり直してください。'],
    en: ['{path} is not the archive that was written', 'Check the medium, then back up again.'],
  },
  'medium-path-missing': {
    exit: 'usage',
    ja: ['バックアップ媒体が指定されていません', 'ファイル名を絶対パスで入力してください。'],
    en: ['No backup medium was named', "Enter a file's absolute path."],
  },
  'attributes-not-kept': {
    exit: 'warnings',
    ja: [
      '拡張属性とACLは保存していません({path}: この環境ではkoffiパッケージを読み込めません)',
      '必要であれば,GNU tarの--xattrs --aclsで別に保存してください。',
    ],
    en: [
      'Extended attributes and ACLs were not kept ({path}: the package koffi does not load here)',
      'If they matter, keep them apart with GNU tar, --xattrs --acls.',
    ],
  },
  'journal-left': {
    exit: 'warnings',
    ja: [
      'ホスト「{host}」のバックアップは済んでいますが,ジャーナルをクリアできませんでした: {textJa}',
      '「untenseki journal clear --server {host}」でクリアしてください(次のバックアップもクリアします)。',
    ],
    en: [
      'Host "{host}" is backed up, but its journal could not be cleared: {text}',
      'Clear it with "untenseki journal clear --server {host}"; the next backup does so, too.',
    ],
  },
  'sockets-skipped': {
    exit: 'warnings',
    ja: [
      'ソケット {count} 個はアーカイブに保存されていません',
      'サービスの起動時に作り直されるもので,問題がないか確認してください。',
    ],
    en: [
      '{count} sockets were left out of the archive',
      'Check that whatever owns them makes them anew when it starts.',
    ],
  },
  'logged-off': {
    exit: 'locked',
    ja: ['運転席にログオンしていません', 'システム管理ウィンドウの[ファイル(F)]からログオンしてください。'],
    en: ['This console is not logged on', 'Log on from [File(F)] in the System Management window.'],
  },
  'dialog-open': {
    exit: 'locked',
    ja: [
      'バックアップダイアログボックスが排他を保持しています',
      '[閉じる]で排他を終了してから,もう一度実行してください。',
    ],
    en: ['The backup dialog holds the exclusive lock', 'End it with [Close], then try again.'],
  },
  'console-open': {
    exit: 'locked',
    ja: ['運転席が起動しています: {consoles}', '運転席を終了してから,もう一度実行してください。'],
    en: ['An operator’s console is logged on: {consoles}', 'End that console, then try again.'],
  },
})
