export const jaTasks = {
  'task.running': '実行中',
  'task.cancelling': '中止しています',
  'task.done': '完了',
  'task.failed': '失敗',
  'task.cancelled': '中止',
  'task.lines': '結果の一覧',
} as const
