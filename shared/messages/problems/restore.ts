import { defineProblems } from './table.ts'

const settle = {
  ja: '「untenseki runs rollback」で元に戻すか,「untenseki runs resume」で続行してください。それまでどのサービスも起動できません。',
  en: 'Take it back with "untenseki runs rollback" or go on with "untenseki runs resume"; until then no service there may start.',
} as const

/** リストア and データ修復: what speaks against them, and what may befall them. */
export const restoreProblems = defineProblems({
  'restore-unsettled': {
    exit: 'locked',
    ja: ['{host}のデータはリストア{runId}({since})の入れ替え途中です', settle.ja],
    en: ['The data of {host} is half exchanged by restore {runId} ({since})', settle.en],
  },
  'restore-record-corrupt': {
    exit: 'failedDown',
    ja: [
      'リストアの記録を読み込めません({file})',
      'ファイルの内容とアクセス権を確認してください。削除しないでください。',
    ],
    en: ['The record of a restore cannot be read ({file})', 'Check its content and access rights; do not remove it.'],
  },
  'restore-record-missing': {
    exit: 'failedDown',
    ja: [
      '{host}はリストア{runId}の入れ替え途中ですが,その記録がありません',
      '「.untenseki-restore-{runId}」フォルダの内容を確認し,保守員に連絡してください。',
    ],
    en: [
      '{host} is half exchanged by restore {runId}, whose record is gone',
      'Look into the folders named .untenseki-restore-{runId} and call for help.',
    ],
  },
  'restore-swap-failed': {
    exit: 'failedRestored',
    ja: ['データを入れ替えられません({from} → {to}: {text})', 'ディスクとアクセス権を確認してください。'],
    en: ['The data could not be exchanged ({from} → {to}: {text})', 'Check the disk and the access rights.'],
  },
  'restore-interfered': {
    exit: 'failedDown',
    ja: [
      'リストアの途中で,ほかの者が{path}を変更しました',
      '変更した者を確認し,元に戻してから「untenseki runs rollback」を実行してください。',
    ],
    en: [
      'Someone else changed {path} in the middle of a restore',
      'Find out who, put it back, then run "untenseki runs rollback".',
    ],
  },
  'restore-not-discardable': {
    exit: 'usage',
    ja: [
      'リストア{runId}には破棄できるデータがありません({phase})',
      '「untenseki restore --list」で退避データのあるリストアを確認してください。',
    ],
    en: ['Restore {runId} keeps nothing that could be discarded ({phase})', 'See "untenseki restore --list".'],
  },
  'restore-cleanup-failed': {
    exit: 'failedRestored',
    ja: ['リストアの作業フォルダを削除できません({path}: {text})', 'アクセス権を確認し,もう一度実行してください。'],
    en: [
      'The work folder of a restore could not be removed ({path}: {text})',
      'Check the access rights, then try again.',
    ],
  },
  'restore-target-absent': {
    exit: 'badArchive',
    ja: ['{host}のアーカイブにバックアップ対象{target}がありません', '別のバックアップを使ってください。'],
    en: ['The archive of {host} does not hold its backup target {target}', 'Use another backup.'],
  },
  'restore-link-differs': {
    exit: 'domainFile',
    ja: [
      '{host}の{target}は,バックアップ時と現在とでシンボリックリンクの有無が違います',
      'バックアップ時と同じように,リンクを作るか取り除いてから,もう一度実行してください。',
    ],
    en: [
      '{target} of {host} is a symbolic link either in the backup or now, but not both',
      'Make or remove the link as it was at the time of the backup, then try again.',
    ],
  },
  'restore-mounted': {
    exit: 'domainFile',
    ja: [
      '{host}の{path}は,バックアップ対象の中のマウントポイントのため入れ替えられません',
      'アンマウントしてから,もう一度実行してください。',
    ],
    en: [
      '{path} of {host} is a mount point inside a backup target, which cannot be exchanged',
      'Unmount it, then try again.',
    ],
  },
  'restore-no-space': {
    exit: 'medium',
    ja: [
      '{path}の空きが足りません(必要{needBytes}バイト,空き{freeBytes}バイト)',
      '空きを作ってから,もう一度実行してください。リストアは既存のデータの横に展開します。',
    ],
    en: [
      '{path} has too little room (needed {needBytes} bytes, free {freeBytes} bytes)',
      'Make room, then try again: a restore unpacks beside the data that is there.',
    ],
  },
})
