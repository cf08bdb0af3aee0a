import { defineProblems } from './table.ts'

export const generalProblems = defineProblems({
  internal: {
    exit: 'failedRestored',
    ja: ['予期しない障害が発生しました({text})', 'ログを確認し,同じ操作をもう一度実行してください。'],
    en: ['An unexpected failure occurred ({text})', 'Look at the log, then try the same operation again.'],
  },
  terminated: {
    exit: 'terminated',
    ja: ['終了の要求を受けて,処理を中止しました', '必要であれば,もう一度実行してください。'],
    en: ['The operation was ended by a request to terminate', 'Run it again when needed.'],
  },
  cancelled: {
    exit: 'interrupted',
    ja: ['処理を中止しました', '必要であれば,もう一度実行してください。'],
    en: ['The operation was cancelled', 'Run it again when needed.'],
  },
})
