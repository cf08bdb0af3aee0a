/**
 * What a command, a run or a dialog ends with. One table for the shell and the GUI (design §9).
 * `refused*` codes promise that nothing was stopped; 2 and 3 say what became of the services that a run stopped.
 */
export const exitCodes = {
  done: 0,
  warnings: 1,
  failedRestored: 2,
  failedDown: 3,
  replication: 10,
  locked: 11,
  medium: 12,
  badArchive: 13,
  usage: 64,
  unavailable: 69,
  notPermitted: 77,
  domainFile: 78,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitName = keyof typeof exitCodes

/** What each code means, in both languages: `--help`, the manual page and the README say it with these words. */
const exitMeanings: Readonly<Record<ExitName, { readonly ja: string; readonly en: string }>> = {
  done: { ja: '完了', en: 'done' },
  warnings: { ja: '警告付き完了', en: 'done with warnings' },
  failedRestored: { ja: '失敗(サービス復旧済み)', en: 'failed, services restored' },
  failedDown: { ja: '失敗(サービス停止中)', en: 'failed, services NOT restored' },
  replication: { ja: 'レプリケーション未完了', en: 'replication not complete' },
  locked: {
    ja: '排他中,運転席が起動中,又はほかの手順を実行中',
    en: 'lock held, console open, or a run in progress',
  },
  medium: { ja: '媒体', en: 'medium' },
  badArchive: { ja: '正常なアーカイブではない', en: 'not a whole, good archive' },
  usage: { ja: '使い方', en: 'usage' },
  unavailable: { ja: '必要なものが導入されていない', en: 'something needed is not installed' },
  notPermitted: { ja: '権限', en: 'not permitted' },
  domainFile: { ja: 'ドメインファイル', en: 'domain file' },
  interrupted: { ja: '中断', en: 'interrupted' },
  terminated: { ja: '終了の要求,又は時間切れ', en: 'terminated, or out of time' },
}

/** The codes with their meanings, lowest first. */
export function exitTable(): readonly { readonly code: number; readonly ja: string; readonly en: string }[] {
  const names = Object.keys(exitCodes) as ExitName[]
  return names.map((name) => ({ code: exitCodes[name], ...exitMeanings[name] })).sort((a, b) => a.code - b.code)
}
