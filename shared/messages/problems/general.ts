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
  'timed-out': {
    exit: 'terminated',
    ja: [
      '{seconds} 秒で終わらなかったため,処理を中止しました',
      '--timeout の値を大きくして,もう一度実行してください。',
    ],
    en: ['The operation was not over within {seconds} s, so it was cancelled', 'Try again with a longer --timeout.'],
  },
  'ended-at-once': {
    exit: 'failedDown',
    ja: [
      '2回目の要求を受けて,直ちに終了しました。手順 {runId} が停止したサービスは停止したままです',
      '「untenseki runs show」で確認し,「untenseki runs rollback」でサービスを起動してください。',
    ],
    en: [
      'Asked twice, it ended at once; what run {runId} had stopped is still down',
      'See "untenseki runs show", then start the services with "untenseki runs rollback".',
    ],
  },
  cancelled: {
    exit: 'interrupted',
    ja: ['処理を中止しました', '必要であれば,もう一度実行してください。'],
    en: ['The operation was cancelled', 'Run it again when needed.'],
  },
})
