import { defineProblems } from './table.ts'

/** Services of a server: their processes, their sockets, and what an address service refuses. */
export const serviceProblems = defineProblems({
  'operation-unknown': {
    exit: 'failedRestored',
    ja: ['サービスに要求「{operation}」はありません', '運転席とサービスの版が同じか確認してください。'],
    en: [
      'The service knows no request "{operation}"',
      'Check that the console and the service are of the same version.',
    ],
  },
  'request-invalid': {
    exit: 'usage',
    ja: ['要求「{operation}」の「{field}」が誤っています({text})', '値を確認し,もう一度実行してください。'],
    en: ['The request "{operation}" is wrong at "{field}" ({text})', 'Check the value, then try again.'],
  },
  'socket-not-a-socket': {
    exit: 'failedRestored',
    ja: ['ソケットの場所「{path}」に別のファイルがあります', 'そのファイルを移動してから,サービスを起動してください。'],
    en: ['Another file stands where the socket "{path}" belongs', 'Move that file away, then start the service.'],
  },
  'socket-folder-open': {
    exit: 'notPermitted',
    ja: [
      'ソケットのディレクトリ「{path}」を他の利用者が使えます',
      '所有者をサービスの利用者に,モードを0700にしてください。',
    ],
    en: ['Others may use the folder of the sockets, "{path}"', "Give it to the services' user with mode 0700."],
  },
  'service-already-running': {
    exit: 'failedRestored',
    ja: ['サービス「{service}」はすでに稼働しています', 'サービスの状態を確認してください。'],
    en: ['The service "{service}" runs already', 'Look at its state.'],
  },
  'service-unknown': {
    exit: 'usage',
    ja: ['ホスト「{host}」にサービス「{service}」はありません', 'ドメインファイルのhostとidを確認してください。'],
    en: ['Host "{host}" has no service "{service}"', 'Look up host and id in the domain file.'],
  },
  'service-died': {
    exit: 'failedRestored',
    ja: [
      'ホスト「{host}」のサービス「{service}」が起動中に終了しました。最後のログ:{text}',
      'ログ「{log}」を確認し,原因を取り除いてから起動してください。',
    ],
    en: [
      'Service "{service}" of host "{host}" ended while starting. Its last words: {text}',
      'Look at the log "{log}", remove the cause, then start it.',
    ],
  },
  'service-killed': {
    exit: 'failedRestored',
    ja: [
      'ホスト「{host}」のサービス「{service}」が異常終了しました',
      'ログ「{log}」を確認し,サービスを起動してください。',
    ],
    en: ['Service "{service}" of host "{host}" ended abnormally', 'Look at the log "{log}", then start the service.'],
  },
  'service-silent': {
    exit: 'failedRestored',
    ja: [
      'ホスト「{host}」のサービス「{service}」のプロセス{pid}は動いていますが,応答がありません',
      'ログ「{log}」を確認してください。',
    ],
    en: ['Process {pid} of service "{service}" on host "{host}" runs but does not answer', 'Look at the log "{log}".'],
  },
  'service-untracked': {
    exit: 'failedRestored',
    ja: [
      'ホスト「{host}」のサービス「{service}」はプロセス{pid}で動いていますが,pidファイルがありません',
      'プロセス{pid}にSIGTERMを送って終了させてから,サービスを起動してください。',
    ],
    en: [
      'Service "{service}" of host "{host}" runs as process {pid}, but its pid file is gone',
      'End process {pid} with SIGTERM, then start the service.',
    ],
  },
  'service-command-failed': {
    exit: 'failedRestored',
    ja: [
      'ホスト「{host}」のサービス「{service}」のプログラム「{program}」が失敗しました({end}): {text}',
      'プログラムを直し,ログ「{log}」を確認してから,もう一度実行してください。',
    ],
    en: [
      'The program "{program}" of service "{service}" on host "{host}" failed ({end}): {text}',
      'Mend that program, look at the log "{log}", then try again.',
    ],
  },
  'service-contradicted': {
    exit: 'failedRestored',
    ja: [
      'ホスト「{host}」のサービス「{service}」の状態が分かりません。プログラム「{program}」の答えと実際が合いません: {textJa}',
      'サービスの実際の状態を確認し,プログラムを直してください。',
    ],
    en: [
      'The state of service "{service}" on host "{host}" cannot be told: what "{program}" says is not what is so: {text}',
      'Look at what the service really does, and mend that program.',
    ],
  },
  'service-start-timeout': {
    exit: 'failedRestored',
    ja: [
      'ホスト「{host}」のサービス「{service}」が{seconds}秒以内に起動しませんでした({textJa})',
      'ログ「{log}」を確認し,もう一度起動してください。',
    ],
    en: [
      'Service "{service}" of host "{host}" did not serve within {seconds} s ({text})',
      'Look at the log "{log}", then start it again.',
    ],
  },
  'service-stop-timeout': {
    exit: 'failedRestored',
    ja: [
      'ホスト「{host}」のサービス「{service}」(プロセス{pid})が{seconds}秒以内に停止しませんでした',
      'ログ「{log}」を確認し,もう一度停止してください。',
    ],
    en: [
      'Service "{service}" of host "{host}" (process {pid}) did not end within {seconds} s',
      'Look at the log "{log}", then stop it again.',
    ],
  },
  'service-stopping': {
    exit: 'failedRestored',
    ja: ['サービスは停止処理中です', 'サービスを起動してから,もう一度実行してください。'],
    en: ['The service is ending', 'Start the service, then try again.'],
  },
  'service-no-permission': {
    exit: 'notPermitted',
    ja: [
      'ホスト「{host}」のサービス「{service}」を操作する権限がありません',
      'サービスを起動した利用者で実行してください。',
    ],
    en: [
      'No permission to work on service "{service}" of host "{host}"',
      'Run this as the user who started the service.',
    ],
  },
  'port-in-use': {
    exit: 'failedRestored',
    ja: [
      'ポート{port}は他のプロセスが使用中です',
      'そのプロセスを停止するか,ドメインファイルで別のportを指定してください。',
    ],
    en: ['Port {port} is in use by another process', 'End that process, or name another port in the domain file.'],
  },
  'server-not-answering': {
    exit: 'failedRestored',
    ja: ['サーバ(ポート{port})が応答しません', 'サーバを起動してから,もう一度実行してください。'],
    en: ['The server (port {port}) does not answer', 'Start the server, then try again.'],
  },
  'object-server-down': {
    exit: 'failedRestored',
    ja: ['ホスト「{host}」のObject Serverに接続できません', 'Object Serverを起動してから,もう一度実行してください。'],
    en: ['The Object Server of host "{host}" cannot be reached', 'Start the Object Server, then try again.'],
  },
  'object-server-in-use': {
    exit: 'failedRestored',
    ja: ['Object Serverは使用中のため停止できません(使用中:{users})', '先に,使用しているサービスを停止してください。'],
    en: ['The Object Server cannot end while it is in use (by: {users})', 'Stop the services that use it first.'],
  },
  'database-missing': {
    exit: 'failedRestored',
    ja: [
      'エリア「{area}」のデータベースファイル「{file}」がありません',
      '初期設定パラメタファイルのパスを確認してください。',
    ],
    en: ['The database file "{file}" of area "{area}" is missing', 'Check its path in the initial parameter file.'],
  },
  'database-failed': {
    exit: 'failedRestored',
    ja: ['エリア「{area}」のデータベースの処理に失敗しました({text})', 'ディスクの空き容量と権限を確認してください。'],
    en: ['The database of area "{area}" failed ({text})', 'Check free space and permissions.'],
  },
  'database-version': {
    exit: 'failedRestored',
    ja: [
      '名前データベースの版{found}は扱えません(扱える版:{expected})',
      '名前データベースを作った版の製品を使ってください。',
    ],
    en: ['The name database is of version {found}; this product reads {expected}', 'Use the version that wrote it.'],
  },
  'area-unknown': {
    exit: 'failedRestored',
    ja: ['エリア「{area}」は初期設定パラメタファイルにありません', '初期設定パラメタファイルを確認してください。'],
    en: ['The initial parameter file names no area "{area}"', 'Check the initial parameter file.'],
  },
  'transaction-refused': {
    exit: 'failedRestored',
    ja: ['データベースの更新が他の更新と衝突しました({text})', 'もう一度実行してください。'],
    en: ['A change of the database met another one ({text})', 'Try again.'],
  },
  'address-service-down': {
    exit: 'failedRestored',
    ja: [
      'ホスト「{host}」のアドレスサービスに接続できません',
      'アドレスサービスを起動してから,もう一度実行してください。',
    ],
    en: ['The address service of host "{host}" cannot be reached', 'Start the address service, then try again.'],
  },
  'address-service-silent': {
    exit: 'failedRestored',
    ja: ['ホスト「{host}」のアドレスサービスから応答がありません', 'サービスの状態を確認し,もう一度実行してください。'],
    en: ['The address service of host "{host}" does not answer', 'Look at its state, then try again.'],
  },
  'outcome-unknown': {
    exit: 'failedRestored',
    ja: [
      '登録できたかどうかを確認できません',
      'サービスの状態を確認してから検索し,登録されていなければもう一度登録してください。',
    ],
    en: [
      'Whether this was registered cannot be told',
      'Look at the services, search for it, and register again only if it is not there.',
    ],
  },
  'directory-read-only': {
    exit: 'failedRestored',
    ja: [
      'ジャーナルに書き込めなかったため,登録を停止しています',
      'ディスクの空き容量と権限を確認し,アドレスサービスを再起動してください。',
    ],
    en: [
      'Registrations are closed because a journal could not be written',
      'Check free space and permissions, then restart the address service.',
    ],
  },
  'segment-unknown': {
    exit: 'usage',
    ja: [
      'ホスト「{host}」のジャーナルにセグメント{segment}はありません(あるもの:{segments})',
      'journal listで番号を確認してください。',
    ],
    en: ['The journal of host "{host}" has no segment {segment} (it has: {segments})', 'Look it up with journal list.'],
  },
  'repair-pending': {
    exit: 'failedRestored',
    ja: [
      'ホスト「{host}」はデータ修復を待っているため,登録を受け付けません',
      '[データ修復]又は repair --server {host} を実行してください。',
    ],
    en: [
      'Host "{host}" waits for data repair and takes no registration',
      'Carry out data repair: repair --server {host}.',
    ],
  },
  'repair-gap': {
    exit: 'failedRestored',
    ja: [
      'ホスト「{host}」の変更番号{missing}の記録がどこにもありません。壊れている箇所:{corrupt}',
      '記録を持つサーバ又は控えのジャーナルを使えるようにして,もう一度実行するか,それを含む新しいバックアップからリストアしてください。失うことを認めるときは,番号を指定してください(--accept-loss {missing})。',
    ],
    en: [
      'Nobody holds changes {missing} of host "{host}". Damaged places: {corrupt}',
      'Make a server or a copied journal that holds them available and try again, or restore from a newer backup that does. To accept the loss, name the numbers: --accept-loss {missing}.',
    ],
  },
  'repair-diverged': {
    exit: 'failedRestored',
    ja: [
      'ホスト「{host}」のデータ(変更番号{number})は,ジャーナルの系列から外れています',
      'より古いアーカイブから復元してください。',
    ],
    en: [
      'The data of host "{host}" (change {number}) is not on the line that the journals go on from',
      'Restore from an older archive.',
    ],
  },
  'repair-timelines': {
    exit: 'failedRestored',
    ja: [
      'どの系列の記録を修復に使うか決められません({timelines})',
      '不要な系列のジャーナルを別の場所に移してから,もう一度実行してください。',
    ],
    en: [
      'Which timeline to repair along cannot be told ({timelines})',
      'Move the journals of the timeline that is not wanted elsewhere, then try again.',
    ],
  },
  'repair-not-pending': {
    exit: 'usage',
    ja: ['ホスト「{host}」はデータ修復を待っていません', '修復は必要ありません。'],
    en: ['Host "{host}" does not wait for data repair', 'Nothing has to be repaired.'],
  },
  'maintenance-in-progress': {
    exit: 'locked',
    ja: [
      'ホスト「{host}」の整合性確保又はデータ修復を{operator}が実行しています',
      '終わるのを待ってから,もう一度実行してください。',
    ],
    en: ['{operator} is reconciling or repairing host "{host}"', 'Wait until that has ended, then try again.'],
  },
  'maintenance-lost': {
    exit: 'failedRestored',
    ja: [
      '整合性確保又はデータ修復の途中で,マスタ管理サーバのアドレスサービスが再起動しました',
      'もう一度実行してください。途中から再開します。',
    ],
    en: [
      "The master's address service was restarted in the middle of reconciling or repairing",
      'Try again; it goes on from where it was.',
    ],
  },
  'replica-newer': {
    exit: 'replication',
    ja: [
      'ホスト「{host}」にマスタ管理サーバにない登録が{records}件あります',
      '内容を確認し,マスタ管理サーバに戻すか(--bring-back),上書きするか(--overwrite-newer)を選んで整合性確保を行ってください。',
    ],
    en: [
      'Host "{host}" holds {records} registrations that the master does not',
      'Look at them, then reconcile and choose: --bring-back registers them at the master, --overwrite-newer gives them up.',
    ],
  },
  'replica-nonsense': {
    exit: 'replication',
    ja: ['ホスト「{host}」が誤った応答をしました({text})', 'そのサーバのログを確認し,整合性確保を行ってください。'],
    en: ['Host "{host}" answered what cannot be ({text})', "Look at that server's log, then reconcile it."],
  },
  'service-outdated': {
    exit: 'replication',
    ja: [
      'ホスト「{host}」のアドレスサービスはこの版のものではありません',
      'そのサーバのサービスを再起動してから,もう一度実行してください。',
    ],
    en: [
      'The address service of host "{host}" is not of this version',
      'Restart the services of that server, then try again.',
    ],
  },
  'replica-broken': {
    exit: 'replication',
    ja: ['登録管理処理で障害が発生しました。整合性の確保を行ってください。', '対象:ホスト「{host}」({text})'],
    en: ['Registration management failed. Reconcile the servers.', 'Concerns host "{host}" ({text}).'],
  },
  'replication-incomplete': {
    exit: 'replication',
    ja: ['レプリケーションが完了していません({hostsJa})', '完了を待つか,整合性確保を行ってください。'],
    en: ['Replication is not complete ({hosts})', 'Wait until it is, or reconcile the servers.'],
  },
  'not-master': {
    exit: 'usage',
    ja: ['ホスト「{host}」はマスタ管理サーバではありません', 'マスタ管理サーバに対して実行してください。'],
    en: ['Host "{host}" is not the master management server', 'Ask the master management server.'],
  },
  'not-replica': {
    exit: 'usage',
    ja: ['ホスト「{host}」はレプリケーションの受け側ではありません', 'ドメインファイルの種別を確認してください。'],
    en: ['Host "{host}" receives no replication', 'Check its roles in the domain file.'],
  },
  'replica-diverged': {
    exit: 'replication',
    ja: ['ホスト「{host}」の変更番号{number}に変更番号{given}は続きません', '整合性確保を行ってください。'],
    en: ['Change {given} does not follow change {number} of host "{host}"', 'Reconcile the servers.'],
  },
  'entity-exists': {
    exit: 'usage',
    ja: ['ID「{id}」はすでに登録されています', '別のIDを指定してください。'],
    en: ['The id "{id}" is already registered', 'Choose another id.'],
  },
  'organization-unknown': {
    exit: 'usage',
    ja: ['組織「{id}」は登録されていません', '組織IDを確認してください。'],
    en: ['There is no organisation "{id}"', 'Look the organisation id up.'],
  },
  'mail-host-unknown': {
    exit: 'usage',
    ja: ['メールサーバ「{host}」はこのドメインにありません', 'メールサーバのホスト名を確認してください。'],
    en: ['The domain has no mail server "{host}"', "Check the mail server's host name."],
  },
  'journal-not-kept': {
    exit: 'usage',
    ja: [
      'ホスト「{host}」のジャーナルは取得していません',
      'マスタ管理サーバのジャーナルは,MNG_JOURNALを指定したときだけ取得されます。',
    ],
    en: ['No journal is kept for host "{host}"', "The master's own journal is kept only where MNG_JOURNAL is set."],
  },
  'sample-folder-not-empty': {
    exit: 'usage',
    ja: ['「{root}」は空ではありません', '空のディレクトリか,まだないディレクトリを指定してください。'],
    en: ['"{root}" is not empty', 'Name an empty folder, or one that does not exist yet.'],
  },
  'sample-marker-missing': {
    exit: 'usage',
    ja: [
      '「{root}」はサンプルドメインではありません',
      'サンプルドメインのディレクトリを指定してください。何も削除していません。',
    ],
    en: ['"{root}" is no sample domain', "Name a sample domain's folder. Nothing was removed."],
  },
  'sample-in-use': {
    exit: 'failedRestored',
    ja: [
      'サンプルドメインのサービス「{service}」が稼働しています',
      'すべてのサービスを停止してから,もう一度実行してください。',
    ],
    en: ['Service "{service}" of the sample domain runs', 'Stop all its services, then try again.'],
  },
})
