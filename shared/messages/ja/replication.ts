export const jaReplication = {
  'reconcile.title': '整合性確保',
  'reconcile.servers': 'サーバの一覧',
  'reconcile.button': '整合性確保する',
  'reconcile.bring-back': 'マスタへ戻す',
  'reconcile.overwrite': 'マスタで上書きする',
  'reconcile.newer':
    'このサーバだけが持つ登録があります。何も上書きしていません。マスタへ戻すか,マスタの内容で上書きするかを選択してください。',
  'reconcile.bring-back-question': '{server}だけが持つ登録を,マスタ管理サーバに登録し直します。よろしいですか。',
  'reconcile.bring-back-effect': '登録し直した後,整合性を確保します。登録し直せなかったものは一覧に表示します。',
  'reconcile.overwrite-question': '{server}だけが持つ登録を破棄します。よろしいですか。',
  'reconcile.overwrite-effect': '一覧の登録は失われます。マスタ管理サーバの内容で上書きします。',

  'replication.complete': '完了',
  'replication.processing': '処理中',
  'replication.waits': 'レコードあり',
  'replication.waiting': 'あり {count}',
  'replication.unreachable': '応答なし',
  'replication.diverged': '不一致',
  'replication.newer': 'マスタより新しい',
  'replication.repair-pending': '修復待ち',

  'column.waiting': '未送信',
  'column.applied': '反映済みの変更番号',
  'column.heard': '最終応答',

  'system.journal-closed': '{server}は,ジャーナルが壊れているため登録を停止しています。データ修復で再開します。{text}',
  'system.journal-doubtful':
    '{server}のジャーナルの付属ファイルが壊れています。記録は失われていません。データ修復で作り直します。',
  'system.repair-pending': '{server}は修復待ちです。データ修復が終わるまで登録できません。',
  'system.fault':
    '登録管理処理で障害が発生しました。整合性の確保を行ってください。({server}: {state}, 未送信{count}件)',
} as const
