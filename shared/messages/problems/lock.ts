import { defineProblems } from './table.ts'

/** 排他, console sessions, and what they refuse. */
export const lockProblems = defineProblems({
  'lock-held': {
    exit: 'locked',
    ja: [
      '{operator}@{host}が{since}から排他中です',
      'バックアップダイアログが閉じられるのを待ってから,もう一度実行してください。',
    ],
    en: [
      '{operator}@{host} has held the exclusive lock since {since}',
      'Wait until its backup dialog is closed, then try again.',
    ],
  },
  'lock-lost': {
    exit: 'locked',
    ja: ['排他はすでに終了しています', '処理は中止されました。バックアップダイアログを開き直してください。'],
    en: ['The exclusive lock is no longer held', 'The work was given up. Open the backup dialog again.'],
  },
  'lock-changed': {
    exit: 'locked',
    ja: ['確認した排他はすでに終了しています', '「untenseki lock status」で今の排他を確認してください。'],
    en: ['The exclusive lock that was shown has ended meanwhile', 'See what holds now: untenseki lock status.'],
  },
  'registration-locked': {
    exit: 'locked',
    ja: [
      '{operator}@{host}が{since}から排他中のため,登録できません',
      '排他が終わるのを待ってから,もう一度登録してください。',
    ],
    en: [
      'No registration now: {operator}@{host} has held the exclusive lock since {since}',
      'Wait until the exclusive lock ends, then register again.',
    ],
  },
  'console-kept-out': {
    exit: 'locked',
    ja: [
      '{operator}@{host}が{since}から運転席を停止した状態で作業中です',
      '作業が終わるのを待ってから,ログオンしてください。',
    ],
    en: [
      'No console may be on: {operator}@{host} has been at work since {since}',
      'Wait until that work ends, then log on.',
    ],
  },
  'session-ended': {
    exit: 'locked',
    ja: ['運転席の接続はすでに終了しています', '運転席を起動し直してください。'],
    en: ["The console's session has ended", 'Start the console again.'],
  },
})
