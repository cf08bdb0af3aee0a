import { defineProblems } from './table.ts'

export const consoleProblems = defineProblems({
  'ipc-sender': {
    exit: 'notPermitted',
    ja: ['運転席の画面以外からの要求を拒否しました({command})', '運転席のウィンドウから操作してください。'],
    en: ["A request from outside the console's windows was refused ({command})", 'Work from a window of the console.'],
  },
  'ipc-unknown-command': {
    exit: 'usage',
    ja: ['未知の要求を拒否しました({command})', '運転席を起動し直してください。'],
    en: ['An unknown request was refused ({command})', 'Start the console again.'],
  },
  'ipc-payload': {
    exit: 'usage',
    ja: ['要求の内容に誤りがあるため拒否しました({command})', '入力した内容を確認し,もう一度操作してください。'],
    en: ['A request with wrong content was refused ({command})', 'Check what was entered, then try again.'],
  },
  'console-unreachable': {
    exit: 'failedRestored',
    ja: [
      '運転席の本体から応答がありません({text})',
      '運転席を起動し直してください。バックアップの経過は記録に残っています。',
    ],
    en: [
      "The console's engine does not answer ({text})",
      'Start the console again. What a backup did so far stands in its record.',
    ],
  },
  'console-argument': {
    exit: 'usage',
    ja: ['引数の指定に誤りがあります({argument})', '「--config ファイル名」「--lang ja」「--lang en」を指定できます。'],
    en: ['An argument is wrong ({argument})', '"--config FILE", "--lang ja" and "--lang en" can be given.'],
  },
  'task-running': {
    exit: 'usage',
    ja: ['同じ処理を実行しています', '終わるのを待つか,中止してから,もう一度操作してください。'],
    en: ['The same work is already under way', 'Wait until it has ended, or cancel it, then try again.'],
  },
})
