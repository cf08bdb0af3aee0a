export const jaSystem = {
  'system.sites': 'サイト一覧',
  'system.servers': 'サーバ一覧',
  'system.domain-down': 'マスタ管理サーバのアドレスサービスが応答しません: {text}',
  'system.session-ended': 'ログオンが終わりました: {text}',
  'system.unfinished': '前回の手順が途中で終わっています。',
  'system.show-run-book': '手順を表示',

  'column.server': 'サーバ名',
  'column.host': 'ホスト名',
  'column.kind': '種別',
  'column.state': '状態',
  'column.replication': '複製',
  'column.detail': '詳細',

  'role.master': 'マスタ管理',
  'role.address': 'アドレス',
  'role.mail': 'メール',

  'state.running': '稼働中',
  'state.starting': '起動中',
  'state.stopping': '停止処理中',
  'state.stopped': '停止',
  'state.failed': '障害',
  'state.partial': '一部停止',

  'service.pid': 'プロセス {pid}',
  'service.since': '{time} から',

  'activity.region': '起動・停止の状況',
  'activity.start.running': '{target}を起動しています',
  'activity.start.done': '{target}を起動しました',
  'activity.start.failed': '{target}を起動できませんでした',
  'activity.stop.running': '{target}を停止しています',
  'activity.stop.done': '{target}を停止しました',
  'activity.stop.failed': '{target}を停止できませんでした',
  'activity.current': '処理中: {service}',

  'start.title': '起動',
  'stop.title': '停止',
  'control.target': '対象',
  'control.whole': 'サーバ全体',
  'control.start-order': '次の順序で起動します。各サービスの応答を確認してから,次へ進みます。',
  'control.stop-order': '次の順序で停止します。プロセスの終了を確認してから,次へ進みます。',
  'control.single-start':
    'このサービスだけを起動します。このサービスが必要とするサービスが稼働している必要があります。',
  'control.single-stop':
    'このサービスだけを停止します。このサービスを必要とするサービスが稼働していると,停止できません。',
  'control.start': '起動する',
  'control.stop': '停止する',
  'control.services': 'サービス',
  'stop.confirm': '{target}を停止します。よろしいですか。',
  'stop.effect': '停止している間,利用者はこのサーバのサービスを使用できません。',
} as const
